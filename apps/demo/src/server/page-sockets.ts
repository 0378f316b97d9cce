import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { PAGE_PARAMETER, type StreamPath } from "../contract.ts";

/** Connections that can be broken on demand: how many there were is returned. */
export interface Breakable {
  cut(page: string, stream: StreamPath): number;
  stall(page: string, stream: StreamPath): number;
}

/** Knows which sockets carry which page's streams, so that they can be broken for real. */
export class PageSockets implements Breakable {
  readonly #open = new Map<string, Set<Socket>>();
  readonly #cut = new WeakSet<Socket>();

  /** To be called before the request is answered. */
  watch(req: IncomingMessage, res: ServerResponse): void {
    const url = new URL(req.url ?? "/", "http://localhost");
    const page = url.searchParams.get(PAGE_PARAMETER);
    if (page === null) return;
    const key = keyOf(page, url.pathname);
    const sockets = this.#open.get(key) ?? new Set();
    this.#open.set(key, sockets.add(req.socket));
    res.once("close", () => {
      sockets.delete(req.socket);
      if (sockets.size === 0 && this.#open.get(key) === sockets) this.#open.delete(key);
    });
  }

  /** Ends the connections as a pulled cable would, or a crash: in the middle of whatever was being written. */
  cut(page: string, stream: StreamPath): number {
    return this.#each(page, stream, (socket) => {
      this.#cut.add(socket);
      socket.resetAndDestroy();
    });
  }

  /** Whether it was us who ended this connection. */
  wasCut(socket: Socket): boolean {
    return this.#cut.has(socket);
  }

  /** Writes no further byte to them. They stay open, and nobody says why it is so quiet. */
  stall(page: string, stream: StreamPath): number {
    return this.#each(page, stream, (socket) => socket.cork());
  }

  #each(page: string, stream: StreamPath, act: (socket: Socket) => void): number {
    const sockets = [...(this.#open.get(keyOf(page, stream)) ?? [])];
    for (const socket of sockets) act(socket);
    return sockets.length;
  }
}

function keyOf(page: string, path: string): string {
  return `${path} ${page}`;
}
