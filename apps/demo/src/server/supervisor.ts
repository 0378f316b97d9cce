import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerProcessOptions, ToSupervisor } from "./messages.ts";

const SERVER_PROCESS = new URL("./server-process.ts", import.meta.url);
/** A server process that has not gone by then is killed. */
const STOP_WITHIN_MS = 2000;
const MAX_FREEZE_MS = 30_000;

/**
 * Keeps one server process alive at one URL. The process can ask to be killed and replaced, so that a page can
 * see what a crash of its server looks like: every socket dies, and the next process knows nothing of them.
 */
export class Supervisor {
  /** The exit code: 0 after `stop()`, 1 when there is no server to be had. */
  readonly finished: Promise<number>;
  readonly #finish: (code: number) => void;
  readonly #directory = mkdtempSync(join(tmpdir(), "sse-demo-"));
  #port: number;
  #run = 0;
  #child: ChildProcess | undefined;
  #listening = false;
  #stopping = false;
  #thaw: NodeJS.Timeout | undefined;

  constructor(port: number) {
    this.#port = port;
    const { promise, resolve } = Promise.withResolvers<number>();
    this.finished = promise;
    this.#finish = (code) => {
      rmSync(this.#directory, { recursive: true, force: true });
      resolve(code);
    };
  }

  start(): void {
    this.#run++;
    this.#listening = false;
    const options: ServerProcessOptions = { port: this.#port, run: this.#run, directory: this.#directory };
    const child = fork(SERVER_PROCESS, [JSON.stringify(options)]);
    this.#child = child;
    // Only our own server process can write to this channel, and it is typed by the same file.
    child.on("message", (message) => this.#onMessage(message as ToSupervisor));
    child.on("exit", (code, signal) => this.#onExit(code, signal));
  }

  /** Asks the server process to end, waits for it, and kills it when it takes too long. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return this.#finish(0);
    this.#unfreeze();
    // A closed channel is how the server process learns that it is over, also when this process is killed.
    if (child.connected) child.disconnect();
    setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS).unref();
    await this.finished;
  }

  #onMessage(message: ToSupervisor): void {
    if (this.#stopping) return;
    switch (message.kind) {
      case "listening":
        this.#listening = true;
        if (this.#run === 1) console.log(`http://127.0.0.1:${message.port}/`);
        this.#port = message.port; // the same again after a restart, also when it was 0 at first
        return;
      case "refused":
        console.error(message.message);
        return;
      case "restart":
        this.#unfreeze();
        this.#child?.kill("SIGKILL");
        return;
      case "freeze":
        this.#freeze(message.ms);
        return;
    }
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    this.#unfreeze();
    if (this.#stopping) this.#finish(0);
    else if (!this.#listening) this.#finish(1);
    else {
      const crashed = `The server process ended (${signal ?? code}); starting another.`;
      if (signal !== "SIGKILL") console.error(crashed);
      this.start();
    }
  }

  #freeze(ms: number): void {
    if (this.#thaw !== undefined || !this.#child?.kill("SIGSTOP")) return;
    this.#thaw = setTimeout(() => this.#unfreeze(), Math.min(ms, MAX_FREEZE_MS));
  }

  #unfreeze(): void {
    if (this.#thaw === undefined) return;
    clearTimeout(this.#thaw);
    this.#thaw = undefined;
    this.#child?.kill("SIGCONT");
  }
}
