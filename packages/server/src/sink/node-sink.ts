import { ServerResponse } from "node:http";
import type { Http2ServerResponse } from "node:http2";
import type { Socket } from "node:net";
import { chunksOf } from "./chunk.ts";
import { cutOff } from "./cut-off.ts";
import { type Bytes, PIECE_BYTES, type Sink, type SinkOwner } from "./sink.ts";

/** Takes pieces of a body, and says when it has enough: a response, or the socket under it. */
interface Target {
  write(piece: Uint8Array): boolean;
  readonly writableLength: number;
  readonly writableNeedDrain: boolean;
  off(event: "drain", listener: () => void): unknown;
}

/** Where a response and its socket have their sink: a property costs less than a function for each event. */
const own: unique symbol = Symbol("node sink");
interface Owned {
  [own]?: NodeSink | undefined;
}

/**
 * The short way on Node: bytes go from the hub to the response, without a stream in between; over HTTP/1.1 past the
 * response to the socket, framed as a chunk once for all that get the same bytes.
 */
export class NodeSink implements Sink {
  // Both kinds write and end in the same way; their types say so in incompatible overloads.
  readonly #res: ServerResponse;
  readonly #owner: SinkOwner;
  readonly #target: Target;
  readonly #isFramed: boolean;
  /** What Node did not take yet. */
  #waiting: Uint8Array[] | undefined;
  #ending = false;

  constructor(res: ServerResponse | Http2ServerResponse, owner: SinkOwner) {
    this.#res = res as ServerResponse;
    this.#owner = owner;
    const socket = socketOf(this.#res);
    this.#isFramed = socket !== undefined;
    this.#target = socket ?? this.#res;
    const drained = socket ?? this.#res;
    (drained as Owned)[own] = (res as Owned)[own] = this;
    drained.on("drain", onDrain);
    res.on("close", onClose);
  }

  get waitingBytes(): number {
    let bytes = this.#target.writableLength;
    for (const piece of this.#waiting ?? []) bytes += piece.length;
    return bytes;
  }

  write(bytes: Bytes): boolean {
    if (this.#isOver) return false;
    const pieces = this.#isFramed ? chunksOf(bytes) : piecesOf(bytes);
    const [first] = pieces;
    if (pieces.length === 1 && first !== undefined && this.#waiting === undefined)
      return this.#target.write(first);
    return this.#writeAll(pieces);
  }

  end(): void {
    if (this.#isOver) return;
    this.#ending = true;
    if (this.#waiting === undefined) this.#res.end();
  }

  destroy(): void {
    this.#waiting = undefined;
    // A finished response has given its socket back, maybe to the next.
    if (!this.#res.writableFinished) cutOff(this.#res);
  }

  get #isOver(): boolean {
    return this.#ending || this.#res.destroyed || this.#res.writableEnded;
  }

  /** One after the other, as Node takes them; the rest waits. */
  #writeAll(pieces: readonly Uint8Array[]): boolean {
    if (this.#waiting !== undefined) {
      this.#waiting.push(...pieces);
      return false;
    }
    for (const [index, piece] of pieces.entries()) {
      if (this.#target.write(piece)) continue;
      if (index + 1 < pieces.length) this.#waiting = pieces.slice(index + 1);
      return false;
    }
    return true;
  }

  drained(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.#writeAll(waiting);
    if (this.#waiting !== undefined) return;
    if (this.#ending) this.#res.end();
    else if (!this.#target.writableNeedDrain) this.#owner.onDrain();
  }

  closed(): void {
    // The socket goes on to the next response.
    const drained = this.#target as Target & Owned;
    if (drained[own] === this) {
      drained.off("drain", onDrain);
      drained[own] = undefined;
    }
    this.#waiting = undefined;
    this.#owner.onGone();
  }
}

function onDrain(this: object): void {
  (this as Owned)[own]?.drained();
}

function onClose(this: object): void {
  (this as Owned)[own]?.closed();
}

/** The socket, where Node would frame chunks and do nothing else, and where nobody wants to see what is written. */
function socketOf(res: ServerResponse): Socket | undefined {
  const { write, end } = ServerResponse.prototype;
  if (!res.chunkedEncoding || res.write !== write || res.end !== end) return undefined;
  return res.socket ?? undefined;
}

function piecesOf(bytes: Bytes): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) pieces.push(bytes.subarray(at, at + PIECE_BYTES));
  return pieces;
}
