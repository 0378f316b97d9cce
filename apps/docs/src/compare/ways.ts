import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { defineEvents, json } from "@sse/protocol";
import { createHub, type Hub } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { type WebSocket, WebSocketServer } from "ws";

/** What one client and one server sent each other, of what TCP carries: headers and frames included. */
export interface Traffic {
  readonly requests: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

const market = defineEvents({ tick: json<{ symbol: string; price: number; n: number }>() });
const HEARTBEAT_TICKS = 15;
const LONG_POLL_TICKS = 30;

/** A server that has one event a tick, or none, and gives it out in four ways. */
export class Ways implements AsyncDisposable {
  readonly #server = createServer((req, res) => void this.#answer(req, res));
  readonly #sockets = new Set<Socket>();
  readonly #hub: Hub<(typeof market)["events"]>;
  readonly #sse: (req: IncomingMessage, res: ServerResponse) => void;
  readonly #ws: WebSocketServer;
  readonly #connected = new Set<WebSocket>();
  readonly #events: object[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #tickMs: number;
  #requests = 0;

  /** A tick stands for a second. */
  constructor(tickMs: number) {
    this.#tickMs = tickMs;
    this.#hub = createHub(market, { heartbeatMs: HEARTBEAT_TICKS * tickMs });
    this.#sse = toNodeListener(this.#hub.respond);
    this.#ws = new WebSocketServer({ server: this.#server });
    this.#ws.on("connection", (socket) => {
      this.#requests++;
      this.#connected.add(socket);
    });
    this.#server.on("connection", (socket: Socket) => this.#sockets.add(socket));
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  /** Forgets what was counted; sockets of before do not count again. */
  reset(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    this.#connected.clear();
    this.#events.length = 0;
    this.#requests = 0;
  }

  /** Whether the client is there, so that events may begin. */
  get isConnected(): boolean {
    return this.#requests > 0;
  }

  publish(): void {
    const event = { symbol: "ACME", price: 41.5, n: this.#events.length + 1 };
    this.#events.push(event);
    for (const wake of this.#waiting) wake();
    for (const socket of this.#connected) socket.send(JSON.stringify(event));
    void this.#hub.publish("tick", event);
  }

  get traffic(): Traffic {
    let [bytesUp, bytesDown] = [0, 0];
    for (const socket of this.#sockets) {
      bytesUp += socket.bytesRead;
      bytesDown += socket.bytesWritten;
    }
    return { requests: this.#requests, bytesUp, bytesDown };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hub.close();
    this.#ws.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(req.url ?? "/", "http://x");
    if (pathname === "/") {
      res.setHeader("content-type", "text/html");
      res.end('<!doctype html><link rel="icon" href="data:,">');
      return;
    }
    this.#requests++;
    if (pathname === "/sse") return this.#sse(req, res);
    const after = Number(searchParams.get("after"));
    if (pathname === "/long" && this.#events.length === after) await this.#next();
    res.setHeader("content-type", "application/json");
    res.setHeader("cache-control", "no-store");
    res.end(JSON.stringify(this.#events.slice(after)));
  }

  /** Until there is an event, or for as long as a long poll is kept waiting. */
  async #next(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LONG_POLL_TICKS * this.#tickMs);
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
    });
  }
}

/** What the page runs. Each ends by itself, or never: the page is closed. */
export const SCRIPTS: Readonly<Record<string, string>> = {
  "polling, every second": `let after = 0;
    for (let n = 0; n < ticks; n++) {
      const due = performance.now() + tickMs;
      after += (await (await fetch("/poll?after=" + after)).json()).length;
      await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
    }`,
  "long polling": `for (let after = 0; !globalThis.over; )
      after += (await (await fetch("/long?after=" + after)).json()).length;`,
  "server-sent events": `new EventSource("/sse").addEventListener("tick", () => {});
    await new Promise((resolve) => { globalThis.finish = resolve; });`,
  WebSocket: `new WebSocket(location.href.replace("http", "ws")).onmessage = () => {};
    await new Promise((resolve) => { globalThis.finish = resolve; });`,
};
