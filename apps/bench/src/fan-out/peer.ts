import { type ChildProcess, spawn } from "node:child_process";

const ANSWER_MS = 60_000;

type Ask<Q, K extends keyof Q> = Q[K] extends { ask: infer A } ? A : never;
type Answer<Q, K extends keyof Q> = Q[K] extends { answer: infer B } ? B : never;

/** A child process, asked one thing at a time. */
export class Peer<Q> {
  readonly #process: ChildProcess;
  #text = "";
  #errors = "";
  #settle: ((line: string | Error) => void) | undefined;

  constructor(command: readonly string[]) {
    const [path = "", ...args] = command;
    this.#process = spawn(path, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.#process.stdout?.setEncoding("utf8").on("data", (text: string) => this.#receive(text));
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#errors += text;
    });
    this.#process.stdin?.on("error", () => {}); // it went; its exit says so
    this.#process.on("close", () => this.#settle?.(new Error(`It ended: ${this.#errors.slice(-600)}`)));
  }

  /** The first line that it says, by itself. */
  async first<T>(): Promise<T> {
    return JSON.parse(await this.#line()) as T; // written by the child, of the same version
  }

  async ask<K extends keyof Q & string>(kind: K, ask: Ask<Q, K>): Promise<Answer<Q, K>> {
    const line = this.#line();
    this.#process.stdin?.write(`${JSON.stringify({ kind, ask })}\n`);
    return JSON.parse(await line) as Answer<Q, K>; // as above
  }

  stop(): void {
    this.#process.kill("SIGKILL");
  }

  #line(): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle?.(new Error("No answer within a minute.")), ANSWER_MS);
      this.#settle = (line) => {
        clearTimeout(timer);
        this.#settle = undefined;
        if (typeof line === "string") resolve(line);
        else reject(line);
      };
    });
  }

  #receive(text: string): void {
    this.#text += text;
    const end = this.#text.indexOf("\n");
    if (end < 0) return;
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    this.#settle?.(line);
  }
}
