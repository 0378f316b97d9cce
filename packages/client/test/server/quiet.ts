import nodeConsole from "node:console";

// happy-dom writes every failed request to the process's console, past the test runner. Losing connections is what
// these tests do, thousands of times; what code under test writes goes to `globalThis.console` and is still seen.
nodeConsole.error = () => {};
