import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Asked, Reply } from "./reply.ts";

const PAGE = "<!doctype html><meta charset=utf-8><title>EventSource</title><link rel=icon href=data:,>";

/**
 * The server of the suite. `/play/<id>?replies=<JSON>` plays replies, the nth request gets the nth and later ones the
 * last; `/asked/<id>` tells what was asked; `/suite.js` is the suite, and everything else a blank page. Every host
 * name that leads here is another origin with the same resources.
 */
export class Resources implements AsyncDisposable {
  readonly #suite: string;
  readonly #asked: Map<string, Asked[]> = new Map();
  readonly #server = createServer((request, response) => this.#serve(request, response));

  private constructor(suite: string) {
    this.#suite = suite;
  }

  static async start(suite: string): Promise<Resources> {
    const resources = new Resources(suite);
    await new Promise<void>((resolve) => resources.#server.listen(0, "127.0.0.1", resolve));
    return resources;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", "http://server");
    const [, verb = "", id = ""] = url.pathname.split("/");
    if (verb === "play")
      this.#play(id, JSON.parse(url.searchParams.get("replies") ?? "[]"), request, response);
    else if (verb === "asked") this.#tell(id, response);
    else if (verb === "suite.js") response.setHeader("content-type", "text/javascript").end(this.#suite);
    else response.setHeader("content-type", "text/html").end(PAGE);
  }

  #tell(id: string, response: ServerResponse): void {
    response.setHeader("access-control-allow-origin", "*");
    response.end(JSON.stringify(this.#asked.get(id) ?? []));
  }

  #play(id: string, replies: readonly Reply[], request: IncomingMessage, response: ServerResponse): void {
    const asked = this.#asked.get(id) ?? [];
    this.#asked.set(id, asked);
    const { method = "", headers } = request;
    const one: { -readonly [K in keyof Asked]: Asked[K] } = {
      method,
      headers: headers as Asked["headers"],
      at: performance.now(),
      left: false,
    };
    asked.push(one);
    if (method === "OPTIONS") {
      preflight(request, response);
      return;
    }
    const nth = asked.filter((other) => other.method !== "OPTIONS").length - 1;
    const reply = replies[Math.min(nth, replies.length - 1)] ?? {};
    response.once("close", () => {
      one.left = !response.writableEnded;
    });
    answer(reply, request, response);
  }
}

function preflight(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader("access-control-allow-origin", request.headers.origin ?? "*");
  response.setHeader("access-control-allow-headers", request.headers["access-control-request-headers"] ?? "");
  response.writeHead(204).end();
}

function answer(reply: Reply, request: IncomingMessage, response: ServerResponse): void {
  const { status = 200, end = "end" } = reply;
  if (end === "refuse") {
    request.socket.resetAndDestroy();
    return;
  }
  // Node would chunk a 205, whose body browsers take for the start of the next response.
  if (status === 205) response.setHeader("content-length", 0);
  response.setHeader("content-type", "text/event-stream");
  response.setHeader("cache-control", "no-store");
  for (const [name, value] of Object.entries(reply.headers ?? {})) {
    if (value === null) response.removeHeader(name);
    else response.setHeader(name, value.replace("{origin}", request.headers.origin ?? ""));
  }
  response.writeHead(status);
  response.flushHeaders();
  response.socket?.setNoDelay(true);
  for (const part of [reply.body ?? []].flat()) {
    if (typeof part === "string") response.write(part);
    else response.write("bytes" in part ? Buffer.from(part.bytes) : part.repeat.repeat(part.times));
  }
  if (end === "end") response.end();
  else if (end === "reset") request.socket.resetAndDestroy();
}
