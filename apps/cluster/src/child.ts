import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** A process of this app's own, which speaks over Node's channel. */
export class Child {
  readonly process: ChildProcess;
  readonly #exited: Promise<unknown>;
  #stderr = "";

  /** @param file the file in this folder that it runs */
  constructor(file: "server" | "publisher" | "clients" | "measure/station" | "measure/crowd", job: object) {
    const path = join(import.meta.dirname, `${file}.ts`);
    this.process = spawn(process.execPath, ["--conditions=@sse/source", path], {
      env: { ...process.env, JOB: JSON.stringify(job) },
      stdio: ["ignore", "inherit", "pipe", "ipc"],
    });
    this.#exited = once(this.process, "exit");
    this.process.stderr?.on("data", (text: Buffer) => {
      this.#stderr = `${this.#stderr}${text}`.slice(-4000);
    });
  }

  /** The next message that the process sends, which is the answer to what was asked of it last. */
  async next<T>(): Promise<T> {
    const [message] = await Promise.race([once(this.process, "message"), this.#died()]);
    return message as T; // each process sends what `messages.ts` says
  }

  ask<T>(message: unknown): Promise<T> {
    const answer = this.next<T>();
    this.tell(message);
    return answer;
  }

  tell(message: unknown): void {
    this.process.send(message as never);
  }

  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
    this.process.kill(name);
  }

  async kill(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill("SIGKILL");
    await this.#exited;
  }

  async exit(): Promise<void> {
    await this.#exited;
  }

  async #died(): Promise<never> {
    const [code, signal] = (await this.#exited) as [number | null, string | null];
    throw new Error(`A process ended (${code ?? signal}): ${this.#stderr}`);
  }
}
