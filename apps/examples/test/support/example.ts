import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

const ROOT = `${import.meta.dirname}/../..`;

/** One example's server as a process of its own, started as its script in package.json starts it. */
export class Example implements AsyncDisposable {
  readonly #name: string;
  readonly #env: NodeJS.ProcessEnv;
  #process: ChildProcess | undefined;
  #isGone = false;
  #output = "";
  #heard = Promise.withResolvers<void>();
  #url = "";

  private constructor(name: string, env: NodeJS.ProcessEnv) {
    this.#name = name;
    this.#env = env;
  }

  /** Resolves when the server has printed its URL. */
  static async start(name: string, env: NodeJS.ProcessEnv = {}): Promise<Example> {
    const example = new Example(name, env);
    await example.#spawn("0");
    return example;
  }

  /** Where the page is. */
  get url(): string {
    return this.#url;
  }

  get events(): string {
    return `${this.#url}/events`;
  }

  get port(): string {
    return new URL(this.#url).port;
  }

  /** Everything the server has printed since its first start. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when the server has printed what is looked for, after the first `from` characters of its output. */
  async printed(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.#output.slice(from));
      if (found !== null) return found;
      if (this.#isGone) throw new Error(`${this.#name} exited:\n${this.#output}`);
      await this.#heard.promise;
    }
  }

  /** Sends SIGINT, as Ctrl-C does, and resolves with what the process died of. */
  async stop(): Promise<number | string | null> {
    const running = this.#process;
    if (running === undefined) return null;
    this.#process = undefined;
    const exited = once(running, "exit");
    running.kill("SIGINT");
    const [code, signal] = await exited;
    return code ?? signal;
  }

  /** Starts it again on the port it had. */
  async startAgain(): Promise<void> {
    await this.#spawn(this.port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #spawn(port: string): Promise<void> {
    const printedBefore = this.#output.length;
    const started = spawn(process.execPath, ["--conditions=@sse/source", `${ROOT}/main.ts`, this.#name], {
      env: { ...process.env, ...this.#env, PORT: port },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = started;
    for (const stream of [started.stdout, started.stderr])
      stream.setEncoding("utf8").on("data", (text) => this.#hear(text));
    this.#isGone = false;
    started.on("exit", () => {
      this.#isGone = true;
      this.#hear("");
    });
    this.#url = (await this.printed(/^http:\/\/\S+$/m, printedBefore))[0];
  }

  #hear(text: string): void {
    this.#output += text;
    this.#heard.resolve();
    this.#heard = Promise.withResolvers();
  }
}
