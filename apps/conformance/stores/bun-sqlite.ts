import { testBackplane } from "../../../packages/server/test/contracts/backplane.ts";
import { testControl } from "../../../packages/server/test/contracts/control.ts";
import { logInAFile, type OpenDatabase } from "../../../packages/server/test/support/sqlite-log.ts";

// For `bun test`, which takes vitest's functions for its own. Only Bun knows this module, and no types of it are here.
const library = "bun:sqlite";
const { Database } = (await import(library)) as {
  readonly Database: new (file: string) => ReturnType<OpenDatabase>;
};

testBackplane("on bun:sqlite", () => logInAFile((file) => new Database(file)));
testControl("on bun:sqlite", () => logInAFile((file) => new Database(file)));
