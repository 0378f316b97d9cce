import { ServerResponse } from "node:http";
import type { Http2ServerResponse } from "node:http2";
import type { Socket } from "node:net";
import { afterTurn } from "../turn.ts";
import type { Bytes, Sink, SinkOwner } from "./sink.ts";

/** How much goes to Node at once: it tells that bytes have left only when all of a piece has. */
const PIECE_BYTES = 65_536;

/**
 * The short way on Node: bytes go from the hub to the response, without a stream in between, and over HTTP/1.1 past
 * the response to the socket, framed as a chunk once for all that get the same bytes.
 */
export class NodeSink implements Sink {
  // Both kinds write and end in the same way; their types say so in incompatible overloads.
  readonly #res: ServerResponse;
  readonly #owner: SinkOwner;
  /** `undefined` where the response itself has to write. */
  readonly #socket: Socket | undefined;
  /** What Node did not take yet. */
  #waiting: Bytes[] = [];
  #waitingBytes = 0;
  #ending = false;

  constructor(res: ServerResponse | Http2ServerResponse, owner: SinkOwner) {
    this.#res = res as ServerResponse;
    this.#owner = owner;
    this.#socket = socketOf(this.#res);
    const onDrain = (): void => this.#onDrain();
    const drained = this.#socket ?? res;
    drained.on("drain", onDrain);
    res.on("close", () => {
      drained.off("drain", onDrain); // the socket goes on to the next response
      this.#onClose();
    });
  }

  get waitingBytes(): number {
    return this.#waitingBytes + this.#res.writableLength;
  }

  write(bytes: Bytes): boolean {
    if (this.#isOver) return false;
    if (this.#waiting.length > 0) this.#keep(bytes);
    else return this.#writePieces(bytes);
    return false;
  }

  end(): void {
    if (this.#isOver) return;
    this.#ending = true;
    if (this.#waiting.length === 0) this.#res.end();
  }

  destroy(): void {
    this.#drop();
    // A finished response has given its socket back, maybe to the next.
    if (!this.#res.writableFinished) this.#res.destroy();
  }

  /** Nobody is there to see a cut. */
  release(): void {
    this.destroy();
  }

  get #isOver(): boolean {
    return this.#ending || this.#res.destroyed || this.#res.writableEnded;
  }

  #writePieces(bytes: Bytes): boolean {
    if (bytes.length === 0) return true; // an empty chunk would be the end of the body
    if (bytes.length <= PIECE_BYTES) {
      return this.#socket === undefined ? this.#res.write(bytes) : this.#socket.write(chunkOf(bytes));
    }
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const end = at + PIECE_BYTES;
      if (this.#res.write(bytes.subarray(at, end))) continue;
      if (end < bytes.length) this.#keep(bytes.subarray(end));
      return false;
    }
    return true;
  }

  #keep(bytes: Bytes): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }

  #onDrain(): void {
    const waiting = this.#waiting;
    this.#drop();
    for (const [index, bytes] of waiting.entries()) {
      if (this.#writePieces(bytes)) continue;
      for (const later of waiting.slice(index + 1)) this.#keep(later);
      if (this.#waiting.length > 0) return;
      break;
    }
    if (this.#ending) this.#res.end();
    else if (!(this.#socket ?? this.#res).writableNeedDrain) this.#owner.onDrain();
  }

  #onClose(): void {
    this.#drop();
    this.#owner.onGone();
  }

  #drop(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}

/** The socket, where Node would frame chunks and do nothing else, and nobody wants to see what is written. */
function socketOf(res: ServerResponse): Socket | undefined {
  const { write, end } = ServerResponse.prototype;
  return res.chunkedEncoding && res.write === write && res.end === end
    ? (res.socket ?? undefined)
    : undefined;
}

/** Those of this turn: all connections that get the same bytes get them in the same turn. */
const chunks: Map<Bytes, Buffer> = new Map();

/** RFC 9112, 7.1: the length in hexadecimal digits, the bytes, and a line break after each. */
function chunkOf(bytes: Bytes): Buffer {
  const known = chunks.get(bytes);
  if (known !== undefined) return known;
  const length = `${bytes.length.toString(16)}\r\n`;
  const chunk = Buffer.allocUnsafe(length.length + bytes.length + 2);
  chunk.write(length, 0, "latin1");
  chunk.set(bytes, length.length);
  chunk.write("\r\n", length.length + bytes.length, "latin1");
  if (chunks.size === 0) afterTurn(() => chunks.clear());
  chunks.set(bytes, chunk);
  return chunk;
}
