import type { ServerResponse } from "node:http";
import type { Http2ServerResponse } from "node:http2";
import type { Bytes, Sink, SinkOwner } from "./sink.ts";

/** How much goes to Node at once: it tells that bytes have left only when all of a piece has. */
const PIECE_BYTES = 65_536;

/** The short way on Node: bytes go from the hub to the response, without a stream in between. */
export class NodeSink implements Sink {
  // Both kinds write and end in the same way; their types say so in incompatible overloads.
  readonly #res: ServerResponse;
  readonly #owner: SinkOwner;
  /** What Node did not take yet. */
  #waiting: Bytes[] = [];
  #waitingBytes = 0;
  #ending = false;

  constructor(res: ServerResponse | Http2ServerResponse, owner: SinkOwner) {
    this.#res = res as ServerResponse;
    this.#owner = owner;
    res.on("drain", () => this.#onDrain());
    res.on("close", () => this.#onClose());
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
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const end = at + PIECE_BYTES;
      if (this.#res.write(bytes.length <= PIECE_BYTES ? bytes : bytes.subarray(at, end))) continue;
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
    else if (!this.#res.writableNeedDrain) this.#owner.onDrain();
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
