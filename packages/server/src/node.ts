import { type IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { InvalidOptionError } from "@sse/protocol";
import { checkedHost, checkOrigin, urlAt } from "./host.ts";
import { reportTo } from "./report.ts";
import { checkedResponse, leadsElsewhere } from "./response.ts";
import { cutOff } from "./sink/cut-off.ts";
import { NodeSink } from "./sink/node-sink.ts";
import { isGone, pump } from "./sink/pump.ts";
import { sinkOf } from "./sink/stream-sink.ts";

export { diagnosticsHooks, type HubDiagnostic } from "./diagnostics.ts";
export { type LeanHandler, type LeanOptions, type LeanStreams, leanStreams } from "./lean/lean-streams.ts";

/** Requests of node:http, node:https and node:http2 (compat), and of what is built on them. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;
/** Responses of node:http, node:https and node:http2 (compat). */
export type NodeResponse = ServerResponse | Http2ServerResponse;

/** How requests are seen, and failures reported. */
export interface NodeOptions {
  /** The origin the public sees, where a proxy hides it: `https://example.com`. Default: the request's own. */
  readonly origin?: string | undefined;
  /** Told what a handler threw, and what a body failed with. Default: `console.error`. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * A handler from Request to Response as a listener for `node:http`, `https`, `http2` and everything with the same
 * `(req, res, next?)`. A handler that throws is passed to `next`, or answered with 500 and told to `onError`; a
 * request without a valid host or URL is answered with 400. The listener never throws.
 *
 * @throws InvalidOptionError for an `origin` that is none, and for a handler that is no function
 */
export function toNodeListener(
  handler: (request: Request) => Response | Promise<Response>,
  options: NodeOptions = {},
): (req: NodeRequest, res: NodeResponse, next?: (error?: unknown) => void) => void {
  if (typeof handler !== "function") {
    throw new InvalidOptionError(
      "toNodeListener takes a handler, such as hub.respond, and this is no function.",
    );
  }
  const report = reportTo(options.onError ?? console.error);
  checkOrigin(options.origin);
  const fail = (error: unknown, res: NodeResponse, next?: (error?: unknown) => void): void => {
    if (error instanceof BadRequest) refuse(res, 400, "Bad Request");
    else if (next !== undefined && !res.headersSent) next(error);
    else {
      report(error);
      refuse(res, 500, "Internal Server Error");
    }
  };
  return (req, res, next) => {
    answer(handler, req, res, options, report)
      .catch((error: unknown) => fail(error, res, next))
      .catch(report); // what `next` throws
  };
}

async function answer(
  handler: (request: Request) => Response | Promise<Response>,
  req: NodeRequest,
  res: NodeResponse,
  options: NodeOptions,
  report: (error: unknown) => void,
): Promise<void> {
  // A client that goes away in the wrong moment is no reason to end the process.
  res.on("error", ignore);
  const request = convert(req, res, options);
  const { signal } = request;
  const outcome = await send(checkedResponse(await handler(request)), req, res, signal);
  if (typeof outcome === "object") report(outcome.error);
}

function ignore(): void {}

/** The URL or the host of a request makes no sense: 400. */
class BadRequest extends Error {}

/**
 * The web's view of a request: its signal aborts when the client leaves before the response is complete. Of use where
 * a framework wants its own handler; `toNodeListener` does it by itself.
 *
 * @throws TypeError for a host or a URL that is none, and for a method that fetch does not know
 */
export function toRequest(req: NodeRequest, res: NodeResponse, options: NodeOptions = {}): Request {
  try {
    return convert(req, res, options);
  } catch (error) {
    if (error instanceof BadRequest) throw new TypeError(error.message, { cause: error.cause });
    throw error;
  }
}

/** What a response aborts when its client leaves: a property costs less than a function for each. */
const cut: unique symbol = Symbol("cut");
interface Owned {
  [cut]?: AbortController | undefined;
}

function abortIfCut(this: NodeResponse & Owned): void {
  // HTTP/2 calls finished what its client has reset, whoever was to end it.
  if (!this.writableFinished || !this.writableEnded) this[cut]?.abort();
}

function convert(req: NodeRequest, res: NodeResponse, options: NodeOptions): Request {
  const gone = new AbortController();
  (res as Owned)[cut] = gone;
  res.on("close", abortIfCut);
  const method = req.method ?? "GET";
  const bodyless = method === "GET" || method === "HEAD";
  try {
    const request = new Request(urlOf(req, options.origin), {
      method,
      headers: headersOf(req),
      signal: gone.signal,
      ...(bodyless ? undefined : { body: bodyOf(req), duplex: "half" }),
    });
    // Its own is let go with the request, and nobody would be told; this one lives as long as the connection.
    return Object.defineProperty(request, "signal", { value: gone.signal });
  } catch (cause) {
    throw new BadRequest("The request has no URL, host or method that makes sense.", { cause });
  }
}

/** Express and its like change `url` when they mount a handler, and keep what the client asked for beside it. */
function urlOf(req: NodeRequest & { readonly originalUrl?: unknown }, origin: string | undefined): URL {
  const asked = typeof req.originalUrl === "string" ? req.originalUrl : (req.url ?? "/");
  const path = asked.startsWith("/") ? asked : pathOfAbsolute(asked);
  return urlAt(origin ?? `${"encrypted" in req.socket ? "https" : "http"}://${hostOf(req)}`, path);
}

function pathOfAbsolute(asked: string): string {
  if (asked === "*") return "/*";
  const { pathname, search } = new URL(asked);
  return pathname + search;
}

/** From the raw headers: the object that `headers` makes of them would stay as long as the request. */
function hostOf({ rawHeaders }: NodeRequest): string {
  let host: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name === ":authority") return checkedHost(rawHeaders[at + 1]);
    if (name.length !== 4 || name.toLowerCase() !== "host") continue;
    // RFC 9112, 3.2: of two of them nobody knows which one those in front have looked at.
    if (host !== undefined) throw new TypeError("The request has two Host headers.");
    host = rawHeaders[at + 1];
  }
  return checkedHost(host);
}

function headersOf(req: NodeRequest): Headers {
  const headers = new Headers();
  const { rawHeaders } = req;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    // HTTP/2 has pseudo-headers among them, such as ":path".
    if (!name.startsWith(":")) headers.append(name, rawHeaders[at + 1]!);
  }
  return headers;
}

/** The request's body, read when somebody reads it. */
function bodyOf(req: NodeRequest): ReadableStream<Uint8Array> {
  let chunks: AsyncIterator<Uint8Array> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (chunks === undefined && req.readableEnded) {
          throw new TypeError(
            "The body of the request was read before, by express.json() or the like: mount this handler above it.",
          );
        }
        chunks ??= req.iterator({ destroyOnReturn: false });
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await chunks?.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * Writes a Response to Node's. Settles when it is sent or the client has left; never rejects: a body that fails cuts
 * the connection, which is all that HTTP can say by then.
 */
export async function writeResponse(response: Response, req: NodeRequest, res: NodeResponse): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    if (isGone(res)) resolve();
    else res.once("close", resolve);
  });
  if ((await send(response, req, res)) === "streams") await closed;
}

/** Settles when everything is sent; a stream that goes past this is not waited for, so that it costs no promise. */
async function send(
  response: Response,
  req: NodeRequest,
  res: NodeResponse,
  signal?: AbortSignal,
): Promise<{ readonly error: unknown } | "streams" | undefined> {
  const { body } = response;
  if (isGone(res) || res.headersSent) {
    await body?.cancel().catch(() => {});
    return undefined;
  }
  writeHead(response, req, res);
  if (body === null || req.method === "HEAD") {
    res.end();
    await body?.cancel().catch(() => {});
    return undefined;
  }
  // HTTP/2 has its own way with sockets.
  const socket = req.httpVersionMajor === 1 ? res.socket : undefined;
  socket?.cork(); // the head and the first bytes leave together
  (res as ServerResponse).flushHeaders(); // HTTP/2's compat response has it too, its declaration does not
  const isTaken = sinkOf(body)?.redirect((owner) => new NodeSink(res, owner), signal) ?? false;
  socket?.uncork();
  return isTaken ? "streams" : pump(body, res);
}

// Between two hops, and theirs: Node writes them itself, and HTTP/2 forbids them.
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

function writeHead(response: Response, req: NodeRequest, res: NodeResponse): void {
  const { status, statusText, headers } = response;
  if (leadsElsewhere(response)) {
    if ("stream" in res)
      res.stream.session?.close(); // GOAWAY: what is open in it goes on
    else res.shouldKeepAlive = false;
  }
  const message = statusText !== "" && req.httpVersionMajor === 1 ? statusText : undefined;
  const bare = bareOf(res);
  if (bare !== undefined) {
    // Where nobody else has a say, headers are written and not kept: half a kilobyte for as long as a stream lasts.
    const flat: string[] = [];
    for (const [name, value] of headers) if (!HOP_BY_HOP.has(name)) flat.push(name, value);
    bare.writeHead(status, message, flat);
    return;
  }
  res.statusCode = status;
  if (message !== undefined) res.statusMessage = message;
  for (const [name, value] of headers) {
    if (!HOP_BY_HOP.has(name) && name !== "set-cookie") res.setHeader(name, value);
  }
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) res.setHeader("set-cookie", cookies);
}

/** Of `node:http`, without a header yet, and without anybody who wants to see them when they are written. */
function bareOf(res: NodeResponse): ServerResponse | undefined {
  if (!(res instanceof ServerResponse)) return undefined;
  const { writeHead, setHeader } = ServerResponse.prototype;
  const isBare = res.writeHead === writeHead && res.setHeader === setHeader;
  return isBare && res.getHeaderNames().length === 0 ? res : undefined;
}

function refuse(res: NodeResponse, status: number, text: string): void {
  if (res.headersSent) return void cutOff(res);
  res.statusCode = status;
  // Said of the body of an answer that could not be written.
  res.removeHeader("content-length");
  res.removeHeader("content-encoding");
  res.setHeader("content-type", "text/plain; charset=utf-8");
  res.end(`${text}\n`);
}
