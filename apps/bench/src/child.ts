import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Job, Report, Sample } from "./job.ts";
import type { Runtime } from "./runtimes.ts";

const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));

/** A worker process, asked one thing at a time. */
export class Child {
  readonly #process: ChildProcess;
  #text = "";
  #errors = "";
  #answer: ((report: Report) => void) | undefined;

  constructor(runtime: Runtime, job: Job) {
    this.#process = spawn(runtime.path, [...runtime.args, WORKER, JSON.stringify(job)], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#process.stdout?.setEncoding("utf8").on("data", (text: string) => this.#receive(text));
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#errors += text;
    });
    this.#process.stdin?.on("error", () => {}); // it went; its exit says so
    this.#process.on("close", () =>
      this.#settle({ kind: "wrong", reason: `it ended: ${this.#errors.slice(-400)}` }),
    );
  }

  /** The first report, or undefined if there is none within the time. */
  ready(timeoutMs: number): Promise<Report | undefined> {
    return this.#within(timeoutMs);
  }

  async sample(timeoutMs: number): Promise<Sample | undefined> {
    const report = this.#within(timeoutMs);
    this.#process.stdin?.write("sample\n");
    const got = await report;
    if (got?.kind !== "sample") return undefined;
    return { cpuNs: Math.round(got.cpuNs), wallNs: Math.round(got.wallNs) };
  }

  stop(): void {
    this.#process.kill("SIGKILL");
  }

  #within(timeoutMs: number): Promise<Report | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle(undefined), timeoutMs);
      this.#answer = (report) => {
        clearTimeout(timer);
        resolve(report);
      };
    });
  }

  #receive(text: string): void {
    this.#text += text;
    const end = this.#text.indexOf("\n");
    if (end < 0) return;
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    this.#settle(JSON.parse(line) as Report); // written by worker.ts, of the same version
  }

  #settle(report: Report | undefined): void {
    const answer = this.#answer;
    this.#answer = undefined;
    answer?.(report as Report);
  }
}
