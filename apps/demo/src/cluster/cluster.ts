import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../../scripts/free-port.ts";
import type { ServerProcessOptions, ToSupervisor } from "../server/messages.ts";
import type { FromLiveProcess, LiveProcessOptions, ToLiveProcess } from "./messages.ts";
import { startNginx, startRedis } from "./services.ts";

const APP = new URL("../server/server-process.ts", import.meta.url);
const LIVE = new URL("./live-process.ts", import.meta.url);
const LIVE_PROCESSES = 2;
const RESTART_AFTER_MS = 1500;
const MAX_FREEZE_MS = 30_000;

interface LiveProcess {
  readonly port: number;
  child: ChildProcess;
  streams: number;
}

/**
 * The demo over several processes: nginx in front, one process for the page and what is published, two that serve live
 * streams, and Redis with the log. Any of the two may be killed: its pages go on at the other, where they were.
 */
export class Cluster {
  readonly #directory = mkdtempSync(join(tmpdir(), "sse-demo-"));
  readonly #others: ChildProcess[] = [];
  readonly #live: LiveProcess[] = [];
  #redisPort = 0;
  #isStopping = false;

  /** Resolves with the URL. Rejects where something is missing, or the port is taken. */
  async start(wanted: number): Promise<string> {
    const port = wanted === 0 ? await freePort() : wanted;
    const redis = await startRedis(this.#directory);
    this.#others.push(redis.process);
    this.#redisPort = redis.port;
    const appPort = await this.#startApp();
    for (let index = 0; index < LIVE_PROCESSES; index++) await this.#startLive(await freePort());
    const live = this.#live.map((each) => each.port);
    this.#others.push(await startNginx(this.#directory, port, appPort, live));
    return `http://127.0.0.1:${port}/`;
  }

  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    const all = [...this.#live.map(({ child }) => child), ...this.#others];
    await Promise.all(all.map(end));
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #startApp(): Promise<number> {
    const options: ServerProcessOptions = {
      port: await freePort(),
      run: 1,
      directory: this.#directory,
      redisPort: this.#redisPort,
    };
    const app = fork(APP, [JSON.stringify(options)]);
    this.#others.push(app);
    // Only our own process can write to this channel, and it is typed by the same file.
    app.on("message", (message) => this.#onMessage(message as ToSupervisor));
    const [first] = (await once(app, "message")) as [ToSupervisor];
    if (first.kind === "refused") throw new Error(first.message);
    return options.port;
  }

  async #startLive(port: number): Promise<void> {
    const process: LiveProcess = { port, child: this.#forkLive(port), streams: 0 };
    this.#live.push(process);
    this.#keep(process);
    await once(process.child, "message");
  }

  #forkLive(port: number): ChildProcess {
    const options: LiveProcessOptions = { port, redisPort: this.#redisPort };
    return fork(LIVE, [JSON.stringify(options)]);
  }

  #keep(process: LiveProcess): void {
    process.child.on("message", (message) => {
      process.streams = (message as FromLiveProcess).streams; // as above
    });
    process.child.once("exit", () => {
      process.streams = 0;
      setTimeout(() => {
        if (this.#isStopping) return;
        process.child = this.#forkLive(process.port);
        this.#keep(process);
      }, RESTART_AFTER_MS);
    });
  }

  #onMessage(message: ToSupervisor): void {
    if (message.kind === "restart") this.#busiest().child.kill("SIGKILL");
    else if (message.kind === "freeze") this.#freeze(this.#busiest().child, message.ms);
    else if (message.kind === "break") {
      const order: ToLiveProcess = { how: message.how, page: message.page };
      for (const { child } of this.#live) if (child.connected) child.send(order);
    }
  }

  /** The process that has most of the streams, so that breaking it is seen. */
  #busiest(): LiveProcess {
    const [first, ...others] = this.#live;
    if (first === undefined) throw new Error("There is no process.");
    return others.reduce((most, each) => (each.streams > most.streams ? each : most), first);
  }

  #freeze(child: ChildProcess, ms: number): void {
    child.kill("SIGSTOP");
    setTimeout(() => child.kill("SIGCONT"), Math.min(ms, MAX_FREEZE_MS));
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGCONT");
  child.kill("SIGKILL");
  await once(child, "exit");
}
