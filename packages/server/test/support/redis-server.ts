import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { freePort } from "../../../../scripts/free-port.ts";
import { freeze } from "./freeze.ts";

export const hasRedis: boolean = findProgram("redis-server") !== undefined;

export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** A real Redis on a port and in a folder of its own, which a restart keeps. */
export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;

  private constructor(port: number, args: readonly string[]) {
    this.port = port;
    this.#args = args;
    this.#folder = mkdtempSync(join(tmpdir(), "sse-redis-"));
  }

  static async start(...args: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), args);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const program = findProgram("redis-server");
    if (program === undefined) throw new Error("redis-server is not installed");
    const where = [
      "--port",
      `${this.port}`,
      "--bind",
      "127.0.0.1",
      "--dir",
      this.#folder,
      "--daemonize",
      "no",
    ];
    const child = spawn(program, [...where, "--save", "", "--appendonly", "no", ...this.#args], {
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

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Resolves when a program that was started listens. */
export async function accepts(port: number, child: ChildProcess): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await canConnect(port))) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`);
    if (performance.now() > end) throw new Error(`${child.spawnfile} does not listen on ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
