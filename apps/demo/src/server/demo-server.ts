import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { cpus, hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { toNodeListener } from "@sse/server/node";
import type { ServerFacts } from "../contract.ts";
import { AccessLog } from "./access-log.ts";
import { App } from "./app.ts";
import { BuiltPage } from "./built-page.ts";
import { HashJob } from "./job/hash-job.ts";
import { LiveFeed } from "./live-feed.ts";
import { Machine } from "./machine.ts";
import type { ServerProcessOptions } from "./messages.ts";
import { type Breakable, PageSockets } from "./page-sockets.ts";
import { redisLog } from "./redis-log.ts";

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
const BUILT = fileURLToPath(new URL("../../dist", import.meta.url));
const SAMPLE_EVERY_MS = 100;

export interface DemoServerOptions extends ServerProcessOptions {
  readonly onRestart: () => void;
  readonly onFreeze: (ms: number) => void;
  readonly onBreak: (how: "cut" | "stall", page: string) => void;
}

/** The parts of the demo, put together, behind one node:http server. */
export class DemoServer {
  readonly port: number;
  readonly #server: Server;
  readonly #log: AccessLog;
  readonly #endStreams: () => Promise<void>;

  private constructor(server: Server, log: AccessLog, endStreams: () => Promise<void>) {
    this.#server = server;
    this.#log = log;
    this.#endStreams = endStreams;
    this.port = (server.address() as AddressInfo).port; // it listens on TCP
  }

  /** Rejects with the system's error when the port cannot be had. */
  static async listen(options: DemoServerOptions): Promise<DemoServer> {
    const machine = new Machine();
    const log = await AccessLog.open(join(options.directory, "access.log"), options.run);
    const sockets = new PageSockets();
    const job = new HashJob({
      root: ROOT,
      directory: options.directory,
      onState: (state) => void feed.job(state),
    });
    const backplane = options.redisPort === undefined ? undefined : redisLog(options.redisPort);
    const feed = new LiveFeed(options.run, job.state, backplane);
    const page = new BuiltPage(BUILT);
    const app = new App({
      ...options,
      root: ROOT,
      facts: factsOf(options.run),
      page,
      feed,
      log,
      job,
      sockets: options.redisPort === undefined ? sockets : elsewhere(options.onBreak, sockets),
    });

    const answer = toNodeListener(app.handle);
    const server = createServer((req, res) => {
      sockets.watch(req, res);
      log.watch(req, res, { isStream: app.isStream, wasCut: (socket) => sockets.wasCut(socket) });
      answer(req, res);
    });
    const sample = (): Promise<void> =>
      feed.sample({ ...machine.read(), logLines: log.newest, hub: feed.facts });
    // So that the first page has something to show, and a position to go on from.
    await sleep(SAMPLE_EVERY_MS);
    await sample();
    await listening(server, options.port);
    const sampling = setInterval(sample, SAMPLE_EVERY_MS);
    job.resume();

    return new DemoServer(server, log, async () => {
      clearInterval(sampling);
      machine.close();
      await job.close();
      await feed.close();
      await backplane?.close();
    });
  }

  /** Ends all streams, cuts what remains, and frees the port. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await this.#endStreams();
    this.#server.closeAllConnections();
    await closed;
    await this.#log.close(); // last, since each connection's end is a line of it
  }
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function factsOf(run: number): ServerFacts {
  const cores = cpus();
  return {
    run,
    pid: process.pid,
    runtime: `Node ${process.versions.node}`,
    cpu: `${cores.length} × ${cores[0]?.model.trim() || "processor"}`,
    host: hostname(),
    startedAt: Date.now(),
    canFreeze: process.platform !== "win32",
  };
}

/** Live streams are other processes'; the rest is this one's. */
function elsewhere(onBreak: DemoServerOptions["onBreak"], here: Breakable): Breakable {
  const broken = (how: "cut" | "stall", page: string): number => {
    onBreak(how, page);
    return 1;
  };
  return {
    cut: (page, stream) => (stream === "/live" ? broken("cut", page) : here.cut(page, stream)),
    stall: (page, stream) => (stream === "/live" ? broken("stall", page) : here.stall(page, stream)),
  };
}
