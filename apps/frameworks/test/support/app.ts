import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { HubStats } from "@sse/server";
import { freePort } from "../../../../scripts/free-port.ts";
import type { Framework } from "../../src/framework.ts";
import { built, environment, script } from "../../src/project.ts";

const WITHIN_MS = 30_000;
const observer = join(import.meta.dirname, "../../src/observe.ts");

/** A framework's server, as in production, on a port of its own. */
export class App implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #observed: string;
  readonly port: number;
  /** What it wrote, both ways. */
  output = "";

  private constructor(process: ChildProcess, port: number, observePort: number) {
    this.#process = process;
    this.#observed = `http://127.0.0.1:${observePort}`;
    this.port = port;
    for (const stream of [process.stdout, process.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
  }

  /** Builds it, starts it, and resolves when it answers. */
  static async start(framework: Framework): Promise<App> {
    const folder = await built(framework);
    const [port, observePort] = [await freePort(), await freePort()];
    const [program = "", ...args] = framework.start;
    const child = spawn(process.execPath, ["--import", observer, script(folder, program), ...args], {
      cwd: folder,
      env: {
        ...environment,
        PORT: String(port),
        HOST: "127.0.0.1",
        HOSTNAME: "127.0.0.1",
        OBSERVE_PORT: String(observePort),
        DRAIN_MS: "200",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const app = new App(child, port, observePort);
    const end = performance.now() + WITHIN_MS;
    while (!(await app.#answers())) {
      if (app.#isOver || performance.now() > end) {
        await app.stop("SIGKILL");
        throw new Error(`${framework.name} does not answer: ${app.output}`);
      }
      await setTimeout(20);
    }
    return app;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/events`;
  }

  async stats(): Promise<HubStats> {
    return (await (await fetch(this.#observed)).json()) as HubStats;
  }

  /** Publishes a headline of this number in the app's process. */
  async publish(n: number): Promise<void> {
    await fetch(`${this.#observed}/${n}`, { method: "POST" });
  }

  /** Sends the signal, and resolves when the process has ended. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    if (this.#isOver) return;
    const exited = once(this.#process, "exit");
    this.#process.kill(signal);
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL");
  }

  get #isOver(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** A first answer, after which every framework has loaded the recipe. */
  async #answers(): Promise<boolean> {
    try {
      return (await fetch(this.url, { method: "HEAD" })).ok;
    } catch {
      return false;
    }
  }
}
