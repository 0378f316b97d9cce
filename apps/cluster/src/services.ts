import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../scripts/free-port.ts";
import { answers } from "./ports.ts";

export const isRedisHere: boolean = runs("redis-server", "--version");
export const isNatsHere: boolean = runs("nats-server", "--version");

function runs(program: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

type Command = (port: number, folder: string) => readonly [program: string, ...args: string[]];

/** A store's real server, on a port and a folder of its own, which keep when it is killed and started again. */
export class Service {
  readonly port: number;
  readonly #folder: string;
  readonly #command: Command;
  #process: ChildProcess | undefined;

  private constructor(port: number, command: Command) {
    this.port = port;
    this.#folder = mkdtempSync(join(tmpdir(), "sse-cluster-"));
    this.#command = command;
  }

  /** Redis; with `durable` it writes every command to disk before it answers, else it forgets all when it ends. */
  static redis(durable: boolean, replicaOf?: number): Promise<Service> {
    return Service.#started((port, folder) => [
      "redis-server",
      ...["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--daemonize", "no"],
      ...["--appendonly", durable ? "yes" : "no", "--appendfsync", "always"],
      ...["--repl-diskless-sync-delay", "0"],
      ...(replicaOf === undefined ? [] : ["--replicaof", "127.0.0.1", `${replicaOf}`]),
    ]);
  }

  /** NATS with JetStream on disk. */
  static nats(): Promise<Service> {
    return Service.#started((port, folder) => [
      "nats-server",
      "-a",
      "127.0.0.1",
      "-p",
      `${port}`,
      "-js",
      "-sd",
      folder,
    ]);
  }

  static async #started(command: Command): Promise<Service> {
    const service = new Service(await freePort(), command);
    await service.start();
    return service;
  }

  async start(): Promise<void> {
    const [program, ...args] = this.#command(this.port, this.#folder);
    this.#process = spawn(program, args, { stdio: "ignore" });
    await answers(this.port);
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  signal(name: "SIGSTOP" | "SIGCONT"): void {
    this.#process?.kill(name);
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
