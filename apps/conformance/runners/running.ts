import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { within } from "./within.ts";

const START_MS = 30_000;

/** A process with a folder of its own. Disposing of it ends both. */
export class Running implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "conformance-"));
  #child: ChildProcess | undefined;
  #output = "";
  #ended = false;
  readonly #waiting: (() => void)[] = [];

  start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      cwd: this.folder,
      env: { ...process.env, NODE_OPTIONS: "", NODE_ENV: "", ...env },
    });
    this.#child = child;
    child.on("error", (error) => {
      this.#output += String(error);
    });
    child.once("close", () => {
      this.#ended = true;
      this.#changed();
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
        this.#changed();
      });
    }
  }

  /** What it wrote, for error messages. */
  get output(): string {
    return this.#output;
  }

  /** The first match of what it writes while it starts. @throws Error when it ends without one, or takes too long */
  wrote(pattern: RegExp): Promise<RegExpExecArray> {
    return within(START_MS, `The process writing ${pattern}`, this.#match(pattern));
  }

  /** When it has ended. */
  async ended(): Promise<void> {
    while (!this.#ended) await this.#change();
  }

  async #match(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match !== null) return match;
      if (this.#ended) throw new Error(`The process ended without ${pattern}: ${this.#output}`);
      await this.#change();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #changed(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, "close");
      child.kill("SIGKILL");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
