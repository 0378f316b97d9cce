import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import type { TestProject } from "vitest/node";
import type { Reply, SeenRequest } from "./script.ts";

declare module "vitest" {
  interface ProvidedContext {
    scriptServer: string;
    /** The same server's second address: another origin. */
    otherServer: string;
    /** The name of the test project: node, happy-dom or chromium. */
    project: string;
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
interface Script {
  readonly replies: readonly Reply[];
  readonly seen: Writable<SeenRequest>[];
  readonly gates: Set<string>;
  readonly changed: Set<() => void>;
}

const scripts = new Map<string, Script>();

/**
 * `POST /script` with replies → an id. `/s/<id>/…` plays them: the nth request gets the nth reply, later ones the
 * last. `/gate/<id>/<name>` opens a gate; `/seen/<id>?requests=n&left=n` answers once that many were seen.
 */
async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://server");
  const [, verb = "", id = "", name = ""] = url.pathname.split("/");
  allowOrigin(request, response);
  if (request.method === "OPTIONS") return void response.writeHead(204).end();
  if (verb === "script") {
    const replies: readonly Reply[] = JSON.parse(await bodyOf(request));
    const made = String(scripts.size);
    scripts.set(made, {
      replies,
      seen: [],
      gates: new Set(),
      changed: new Set(),
    });
    return void response.end(made);
  }
  const script = scripts.get(id);
  if (script === undefined) return void response.writeHead(404).end();
  if (verb === "s") return play(script, request, response);
  if (verb === "gate") {
    script.gates.add(name);
    notify(script);
    return void response.end();
  }
  const wanted = Number(url.searchParams.get("requests") ?? 0);
  const left = Number(url.searchParams.get("left") ?? 0);
  const enough = () => script.seen.length >= wanted && script.seen.filter((one) => one.left).length >= left;
  await until(script, response, enough);
  response.end(JSON.stringify(script.seen));
}

function allowOrigin(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader("access-control-allow-origin", request.headers.origin ?? "*");
  response.setHeader("access-control-allow-credentials", "true");
  response.setHeader(
    "access-control-allow-headers",
    request.headers["access-control-request-headers"] ?? "*",
  );
  response.setHeader("access-control-allow-methods", request.headers["access-control-request-method"] ?? "*");
  response.setHeader("access-control-expose-headers", "retry-after");
  response.setHeader("access-control-max-age", "600");
}

async function play(script: Script, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const reply = script.replies[Math.min(script.seen.length, script.replies.length - 1)] ?? {};
  const seen: Writable<SeenRequest> = {
    method: request.method ?? "",
    url: request.url ?? "",
    headers: request.headers as Record<string, string>,
    body: "",
    at: performance.now(),
    port: (request.socket.address() as AddressInfo).port,
    bytes: 0,
    headBytes: 0,
    left: false,
  };
  script.seen.push(seen);
  seen.body = await bodyOf(request);
  response.once("close", () => {
    seen.left = !response.writableEnded;
    notify(script);
  });
  notify(script);
  if (reply.end === "unanswered") return;
  if (reply.cutAt !== undefined) return cut(reply, request, response, seen);
  writeHead(reply, response);
  for (const part of partsOf(reply, request)) {
    if (typeof part !== "string" && "gate" in part)
      await until(script, response, () => script.gates.has(part.gate));
    else response.write(bytesOf(part));
    await turn();
  }
  finish(reply.end, request, response);
}

function finish(end: Reply["end"], request: IncomingMessage, response: ServerResponse): void {
  if (end === "hold") return;
  if (end === "fin") request.socket.end();
  else if (end === "rst") request.socket.resetAndDestroy();
  else response.end();
}

function writeHead(reply: Reply, response: ServerResponse): void {
  const status = reply.status ?? 200;
  if (status === 200) response.setHeader("content-type", "text/event-stream");
  // Node would chunk a 205, whose body browsers take for the start of the next response.
  if (status === 205) response.setHeader("content-length", 0);
  for (const [name, value] of Object.entries(reply.headers ?? {})) {
    if (value === null) response.removeHeader(name);
    else response.setHeader(name, value);
  }
  response.writeHead(status);
  response.flushHeaders();
}

/** Writes the response by hand, up to the byte where it is cut. */
function cut(
  reply: Reply,
  request: IncomingMessage,
  response: ServerResponse,
  seen: Writable<SeenRequest>,
): void {
  const headers = response.getHeaders();
  const chunked = reply.framing !== "close";
  const lines = Object.entries({
    ...headers,
    "content-type": "text/event-stream",
    ...(chunked ? { "transfer-encoding": "chunked" } : { connection: "close" }),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const parts = [Buffer.from(`HTTP/1.1 200 OK\r\n${lines.join("")}\r\n`)];
  for (const part of partsOf(reply, request)) {
    const bytes = typeof part !== "string" && "gate" in part ? Buffer.alloc(0) : bytesOf(part);
    parts.push(
      chunked
        ? Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")])
        : bytes,
    );
  }
  const all = Buffer.concat(parts);
  seen.headBytes = parts[0]?.length ?? 0;
  seen.bytes = all.length;
  request.socket.write(all.subarray(0, reply.cutAt), () => {
    if (reply.end === "rst") request.socket.resetAndDestroy();
    else request.socket.end();
  });
}

function partsOf(reply: Reply, request: IncomingMessage): readonly NonNullable<Reply["body"]>[number][] {
  const last = Buffer.from(String(request.headers["last-event-id"] ?? ""), "latin1").toString();
  const log = reply.log ?? [];
  const after = log.slice(log.findIndex((event) => event.id === last) + 1).map((event) => event.text);
  return [...(after.length > 0 ? [after.join("")] : []), ...(reply.body ?? [])];
}

function bytesOf(
  part: string | { readonly base64: string } | { readonly gate: string },
): Buffer<ArrayBuffer> {
  if (typeof part === "string") return Buffer.from(part);
  return "base64" in part ? Buffer.from(part.base64, "base64") : Buffer.alloc(0);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
}

function notify(script: Script): void {
  for (const wake of [...script.changed]) wake();
}

/** Until the condition holds, or the asking response is gone. */
async function until(script: Script, response: ServerResponse, holds: () => boolean): Promise<void> {
  while (!holds() && !response.destroyed) {
    await new Promise<void>((resolve) => {
      const wake = () => {
        script.changed.delete(wake);
        response.off("close", wake);
        resolve();
      };
      script.changed.add(wake);
      response.once("close", wake);
    });
  }
}

async function listen(): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((request, response) => {
    serve(request, response).catch((error) => response.destroy(error));
  });
  server.on("clientError", (_error, socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

export default async function setup(project: TestProject): Promise<() => void> {
  const servers = [await listen(), await listen()] as const;
  project.provide("scriptServer", servers[0].url);
  project.provide("project", project.name);
  project.provide("otherServer", servers[1].url);
  return () => {
    for (const { server } of servers) {
      server.closeAllConnections();
      server.close();
    }
  };
}
