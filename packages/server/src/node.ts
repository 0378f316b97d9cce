import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { Readable } from "node:stream";

export type NodeRequest = IncomingMessage | Http2ServerRequest;
export type NodeResponse = ServerResponse | Http2ServerResponse;

export interface NodeOptions {
  /** The public origin (`https://api.example`), where a proxy hides it. Default: from the request. */
  readonly origin?: string | undefined;
  /** Hears what the handler threw; the client gets 500. Default: `console.error`. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * Makes a handler of `Request` → `Response` into a listener for `node:http`, `node:https`, `node:http2` (compat),
 * Express and Connect. An error goes to `next` where there is one, else to `onError`, and the client gets 500.
 */
export function toNodeListener(
  handler: (request: Request) => Response | Promise<Response>,
  options: NodeOptions = {},
): (req: NodeRequest, res: NodeResponse, next?: (error?: unknown) => void) => void {
  return (req, res, next) => {
    answer(handler, req, res, options).catch((error: unknown) => {
      if (next !== undefined && !res.headersSent) next(error);
      else fail(error, res, options);
    });
  };
}

async function answer(
  handler: (request: Request) => Response | Promise<Response>,
  req: NodeRequest,
  res: NodeResponse,
  options: NodeOptions,
): Promise<void> {
  let request: Request;
  try {
    request = toRequest(req, res, options);
  } catch {
    // A host or path that makes no URL, a method that fetch has no word for: the client's fault, not ours.
    res.statusCode = 400;
    res.end("Bad request\n");
    return;
  }
  await writeResponse(await handler(request), req, res);
}

/**
 * The `Request` of a Node request. Its signal aborts when the client leaves.
 * @throws TypeError where the request makes no URL or `Request`.
 */
export function toRequest(req: NodeRequest, res: NodeResponse, options: NodeOptions = {}): Request {
  const method = req.method ?? "GET";
  const gone = new AbortController();
  res.once("close", () => {
    if (!res.writableFinished) gone.abort();
  });
  const hasBody = method !== "GET" && method !== "HEAD";
  // Express rewrites `url` below a mounted router and keeps the whole in `originalUrl`.
  const path = (req as { originalUrl?: string }).originalUrl ?? req.url ?? "/";
  const init: RequestInit & { duplex: "half" } = {
    method,
    headers: headersOf(req),
    signal: gone.signal,
    duplex: "half",
    // The two declarations of the same stream, Node's and the DOM's, do not know of each other.
    body: hasBody ? (Readable.toWeb(req as IncomingMessage) as unknown as ReadableStream<Uint8Array>) : null,
  };
  return new Request(
    new URL(path.startsWith("/") ? path : new URL(path).pathname, options.origin ?? originOf(req)),
    init,
  );
}

/** Writes a `Response`, chunk by chunk as the client takes it; resolves when it is written or the client is gone. */
export async function writeResponse(response: Response, req: NodeRequest, res: NodeResponse): Promise<void> {
  if (res.destroyed) {
    await response.body?.cancel();
    return;
  }
  res.statusCode = response.status;
  for (const [name, value] of response.headers) if (name !== "set-cookie") res.setHeader(name, value);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) res.setHeader("set-cookie", cookies);
  if (response.body === null || req.method === "HEAD") {
    await response.body?.cancel();
    res.end();
    return;
  }
  // Events leave one by one; waiting to fill a packet would only delay them.
  req.socket?.setNoDelay?.(true);
  (res as ServerResponse).flushHeaders(); // HTTP/2's compat response has it too, its declaration does not
  await pump(response.body, res);
}

async function pump(body: ReadableStream<Uint8Array>, res: NodeResponse): Promise<void> {
  const reader = body.getReader();
  const left = new Promise<void>((resolve) => res.once("close", resolve));
  left.then(() => reader.cancel()).catch(() => {}); // the producer is told; what it throws then is its own affair
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || res.destroyed) break;
      // The two kinds of response declare `write` apart; both take bytes.
      if (!(res as ServerResponse).write(value)) await Promise.race([left, drained(res)]);
    }
    if (!res.destroyed) res.end();
  } catch {
    res.destroy(); // the body failed: the client must not take what it has for the whole
  }
}

function drained(res: NodeResponse): Promise<void> {
  return new Promise((resolve) => res.once("drain", resolve));
}

function headersOf(req: NodeRequest): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < req.rawHeaders.length; at += 2) {
    const name = req.rawHeaders[at] as string;
    if (!name.startsWith(":")) headers.append(name, req.rawHeaders[at + 1] as string); // HTTP/2's own begin so
  }
  return headers;
}

function originOf(req: NodeRequest): string {
  const secure = "encrypted" in req.socket && req.socket.encrypted;
  const host = (req as Partial<Http2ServerRequest>).authority || req.headers.host || "localhost";
  return `${secure ? "https" : "http"}://${host}`;
}

function fail(error: unknown, res: NodeResponse, { onError }: NodeOptions): void {
  if (onError !== undefined) onError(error);
  else console.error("A handler failed.", error);
  if (res.headersSent) {
    res.destroy();
    return;
  }
  res.statusCode = 500;
  res.end("Internal server error\n");
}
