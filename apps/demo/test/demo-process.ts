import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Control, ControlBodies, Snapshot } from "../src/contract.ts";

const MAIN = fileURLToPath(new URL("../src/server/main.ts", import.meta.url));
const CLUSTER = fileURLToPath(new URL("../src/cluster/main.ts", import.meta.url));

/** The demo as `npm start` runs it, in a process group of its own as a terminal would. */
export class DemoProcess {
  readonly process: ChildProcess;
  stdout = "";
  stderr = "";

  constructor(...args: readonly string[]) {
    const file = args[0] === CLUSTER ? [] : [MAIN];
    this.process = spawn(process.execPath, ["--conditions=@sse/source", ...file, ...args], {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.process.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    this.process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
  }

  /** Started, and listening on a free port. */
  static async start(): Promise<DemoProcess> {
    const demo = new DemoProcess("--port", "0");
    await demo.url();
    return demo;
  }

  /** The demo over several processes, as `npm run demo:cluster` runs it. */
  static async startCluster(): Promise<DemoProcess> {
    const demo = new DemoProcess(CLUSTER, "--port", "0");
    await demo.url();
    return demo;
  }

  /** The URL that was printed. Rejects when the process ends instead. */
  async url(): Promise<string> {
    while (!this.stdout.includes("\n")) {
      if (this.process.exitCode !== null) throw new Error(`The demo ended: ${this.stderr}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.process.stdout?.once("data", () => resolve());
      this.process.once("close", () => resolve());
      await promise;
    }
    return this.stdout.trim();
  }

  async snapshot(): Promise<Snapshot> {
    const response = await fetch(new URL("/snapshot", await this.url()));
    return (await response.json()) as Snapshot; // by the contract
  }

  async control<C extends Control>(name: C, body: ControlBodies[C]): Promise<Response> {
    return fetch(new URL(`/control/${name}`, await this.url()), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  /** The exit code, once it is over and all that it printed has arrived. */
  async ended(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, "close");
    return this.process.exitCode;
  }

  /** What Ctrl-C does: the whole process group hears it. */
  interrupt(): void {
    if (this.process.pid !== undefined) process.kill(-this.process.pid, "SIGINT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill("SIGTERM");
    await this.ended();
  }
}

/** Resolves when there is no such process. */
export async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
