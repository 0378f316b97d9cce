import { Server as HttpServer, maxHeaderSize } from "node:http";
import { Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import { InvalidOptionError } from "@sse/protocol";
import { checkedHost, checkOrigin, urlAt } from "../host.ts";
import { reportTo } from "../report.ts";
import type { Head } from "./head.ts";
import { LeanConnection, type LeanDoor } from "./lean-connection.ts";

/** Undefined: this request is not for event streams, and the server's own listener answers it. */
export type LeanHandler = (request: Request) => Response | undefined | Promise<Response | undefined>;

/** How `leanStreams` sees requests, and reports failures. */
export interface LeanOptions {
  /** The origin the public sees, where a proxy hides it: `https://example.com`. Default: the request's own. */
  readonly origin?: string | undefined;
  /** Told what the handler threw, and what a body failed with. Default: `console.error`. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** What `leanStreams` serves. */
export interface LeanStreams {
  /** Sockets that are served here now, those whose head is not complete among them. */
  readonly connections: number;
  /** From now on the server gets every new connection as before; what is open goes on. */
  stop(): void;
  /** As `server.closeAllConnections()`, which does not know of these: cuts all that are open. */
  closeAllConnections(): void;
}

/**
 * Serves event streams of a `node:http` or `https` server without the weight that it gives every request: a plain
 * `GET` over HTTP/1.1 that asks for `text/event-stream` is read and answered on its socket. Everything else goes to
 * the server as it came, byte by byte: other methods, bodies, upgrades, pipelined requests, and whatever is not well
 * formed to the letter. The server's limits hold: `maxHeaderSize`, `headersTimeout`, `maxConnections`.
 *
 * To be called once, before the server listens, with the handler that answers its event streams.
 *
 * @throws InvalidOptionError for an `origin` that is none, and for a server that is not one of these two
 */
export function leanStreams(
  server: HttpServer | HttpsServer,
  handler: LeanHandler,
  options: LeanOptions = {},
): LeanStreams {
  checkOrigin(options.origin);
  const isSecure = server instanceof HttpsServer;
  if (!isSecure && !(server instanceof HttpServer)) {
    throw new InvalidOptionError("leanStreams needs a server of node:http or node:https.");
  }
  const event = isSecure ? "secureConnection" : "connection";
  // The server itself was the first who listened to it.
  const [ordinary] = server.listeners(event);
  if (ordinary === undefined) throw new InvalidOptionError("This server takes no connections.");
  const open = new Set<LeanConnection>();
  const scheme = isSecure ? "https" : "http";
  const originOf = (host: string): string => options.origin ?? `${scheme}://${checkedHost(host)}`;
  const report = reportTo(options.onError ?? console.error);
  const door: LeanDoor = {
    answer: (head, _socket, signal) => answer(handler, head, signal, originOf, report),
    passOn: (socket) => void ordinary.call(server, socket),
    get maxHeadBytes() {
      return (server as { maxHeaderSize?: number }).maxHeaderSize ?? maxHeaderSize; // it has it, undeclared
    },
    get headTimeoutMs() {
      return server.headersTimeout > 0 ? server.headersTimeout : false;
    },
    get isClosing() {
      return !server.listening;
    },
    report,
    onEnd: (connection) => void open.delete(connection),
  };
  const take = (socket: Socket): void => void open.add(new LeanConnection(socket, door));
  server.removeListener(event, ordinary as () => void);
  server.on(event, take);
  return {
    get connections() {
      return open.size;
    },
    stop() {
      server.removeListener(event, take);
      server.on(event, ordinary as () => void);
    },
    closeAllConnections() {
      for (const connection of open) connection.destroy();
    },
  };
}

async function answer(
  handler: LeanHandler,
  { path, host, headers }: Head,
  signal: AbortSignal,
  originOf: (host: string) => string,
  report: (error: unknown) => void,
): Promise<Response | undefined> {
  let request: Request;
  try {
    request = new Request(urlAt(originOf(host), path), { headers: headers as [string, string][], signal });
  } catch {
    return plain(400, "Bad Request");
  }
  // Its own would be let go with the request; this one lives as long as the connection.
  Object.defineProperty(request, "signal", { value: signal });
  try {
    const response = await handler(request);
    if (response === undefined || canBeSent(response)) return response;
    throw new TypeError("The handler gave something that is no Response.");
  } catch (error) {
    report(error);
    return plain(500, "Internal Server Error");
  }
}

/** Not only this realm's own; but `Response.error()` has the status 0. */
function canBeSent(response: Response | null): boolean {
  return Symbol.iterator in (response?.headers ?? {}) && Number(response?.status) >= 200;
}

function plain(status: number, text: string): Response {
  return new Response(`${text}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}
