import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../../scripts/free-port.ts";
import { freeze } from "./freeze.ts";
import { accepts, findProgram } from "./redis-server.ts";

export const hasNats: boolean = findProgram("nats-server") !== undefined;

/** A real NATS with JetStream on a port and in a folder of its own, which a restart keeps. */
export class NatsServer {
  readonly port: number;
  readonly #folder: string = mkdtempSync(join(tmpdir(), "sse-nats-"));
  #child: ChildProcess | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<NatsServer> {
    const server = new NatsServer(await freePort());
    await server.start();
    return server;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const program = findProgram("nats-server");
    if (program === undefined) throw new Error("nats-server is not installed");
    const config = join(this.#folder, "nats.conf");
    const store = join(this.#folder, "store");
    // Larger than its default, which an event of 1 MiB with its headers does not fit into.
    writeFileSync(config, `max_payload: 4MB\njetstream { store_dir: ${JSON.stringify(store)} }\n`);
    const child = spawn(program, ["-c", config, "-a", "127.0.0.1", "-p", `${this.port}`], {
      stdio: "ignore",
    });
    this.#child = child;
    await accepts(this.port, child);
  }

  async pause(): Promise<void> {
    if (this.#child !== undefined) await freeze(this.#child);
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  /** As a crash does it. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  /** Everything that was stored is gone. */
  async lose(): Promise<void> {
    await this.kill();
    rmSync(join(this.#folder, "store"), { recursive: true, force: true });
  }

  /** What is stored now, for `restore`. */
  async snapshot(): Promise<string> {
    await this.kill();
    const copy = join(this.#folder, "copy");
    cpSync(join(this.#folder, "store"), copy, { recursive: true });
    await this.start();
    return copy;
  }

  /** Everything since is lost. */
  async restore(copy: string): Promise<void> {
    await this.lose();
    cpSync(copy, join(this.#folder, "store"), { recursive: true });
    await this.start();
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
