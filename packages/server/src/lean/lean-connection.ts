import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { type Alarm, type Rung, startAlarm } from "../heartbeat.ts";
import { leadsElsewhere } from "../response.ts";
import { chunksOf } from "../sink/chunk.ts";
import type { Bytes, Sink, SinkOwner } from "../sink/sink.ts";
import { sinkOf } from "../sink/stream-sink.ts";
import { type Head, parseHead } from "./head.ts";
import { pumpBody } from "./pump-body.ts";
import { responseHead } from "./response-head.ts";

/** What the connections of one server have in common. */
export interface LeanDoor {
  /** Undefined: not for event streams, so that the ordinary server answers. */
  answer(head: Head, socket: Socket, signal: AbortSignal): Promise<Response | undefined>;
  /** The ordinary server takes the socket over, with what was read of it. */
  passOn(socket: Socket): void;
  readonly maxHeadBytes: number;
  /** False: for ever. */
  readonly headTimeoutMs: number | false;
  /** The server takes no connections any more, and waits for those it has to close. */
  readonly isClosing: boolean;
  /** What a body failed with. */
  report(error: unknown): void;
  onEnd(connection: LeanConnection): void;
}

/** Where a socket has its connection: one property costs less than closures for each event. */
const own: unique symbol = /* @__PURE__ */ Symbol("lean connection");
interface Owned {
  [own]?: LeanConnection | undefined;
}
const LAST_CHUNK = "0\r\n\r\n";
/** What a client may send while it is answered, which is nothing as a rule. */
const MAX_EARLY_BYTES = 16_384;
const NOTHING: Buffer = /* @__PURE__ */ Buffer.alloc(0);

/**
 * One socket: it reads one request, and either gives everything to the ordinary server or writes the response itself.
 * An idle event stream is a socket and this, which is also its sink.
 */
export class LeanConnection implements Sink, Rung {
  readonly #door: LeanDoor;
  readonly #socket: Socket;
  /** Nothing comes after this response: its client is to come back on another connection. */
  #isLast = false;
  #stage: "head" | "asked" | "answering" | "ending" | "over" = "head";
  /** Of the head, as far as it is here; later what came too early. */
  #read: Buffer = NOTHING;
  #timeout: Alarm | undefined;
  #gone: AbortController | undefined;
  #owner: SinkOwner | undefined;
  #waiting: Uint8Array[] | undefined;

  constructor(socket: Socket, door: LeanDoor) {
    this.#socket = socket;
    this.#door = door;
    (socket as Owned)[own] = this;
    if (door.headTimeoutMs !== false) this.#timeout = startAlarm(door.headTimeoutMs, this);
    socket.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onError);
  }

  get waitingBytes(): number {
    let bytes = this.#socket.writableLength;
    for (const piece of this.#waiting ?? []) bytes += piece.length;
    return bytes;
  }

  write(bytes: Bytes): boolean {
    if (this.#stage !== "answering" || this.#socket.destroyed) return false;
    const pieces = chunksOf(bytes);
    if (this.#waiting !== undefined) {
      this.#waiting.push(...pieces);
      return false;
    }
    return this.#writeAll(pieces);
  }

  end(): void {
    if (this.#stage !== "answering") return;
    this.#stage = "ending";
    if (this.#waiting === undefined) this.#finish();
  }

  destroy(): void {
    this.#waiting = undefined;
    if (this.#stage !== "over") this.#socket.destroy();
  }

  /** The head takes too long. */
  ring(): void {
    this.#timeout?.stop();
    this.#timeout = undefined;
    if (this.#stage !== "head") return;
    this.#stage = "ending"; // what comes of the head now comes too late
    this.#socket.end("HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n");
    this.#socket.destroySoon();
  }

  /** The client sent something. */
  take(bytes: Buffer): void {
    if (this.#read.length === 0) this.#read = bytes;
    else this.#read = Buffer.concat([this.#read, bytes]);
    if (this.#stage === "head") this.#readHead();
    else if (this.#read.length > MAX_EARLY_BYTES) this.#socket.pause();
  }

  drained(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.#writeAll(waiting);
    if (this.#waiting !== undefined) return;
    if (this.#stage === "ending") this.#finish();
    else if (!this.#socket.writableNeedDrain) this.#owner?.onDrain();
  }

  /** The client said that it is done: as on node:http, that is the end of its response as well. */
  halfClosed(): void {
    this.#socket.destroy();
  }

  closed(): void {
    this.#stage = "over";
    this.#waiting = undefined;
    this.#timeout?.stop();
    this.#door.onEnd(this);
    this.#owner?.onGone();
    this.#gone?.abort();
  }

  #readHead(): void {
    const isTooLarge = this.#read.length > this.#door.maxHeadBytes;
    const head = isTooLarge ? "other" : parseHead(this.#read);
    if (head === "more") return;
    this.#timeout?.stop();
    this.#timeout = undefined;
    if (head === "other") this.#passOn();
    else void this.#ask(head);
  }

  async #ask(head: Head): Promise<void> {
    this.#stage = "asked";
    this.#gone = new AbortController();
    const bytes = this.#read;
    this.#read = NOTHING;
    const response = await this.#door.answer(head, this.#socket, this.#gone.signal);
    if (response === undefined) {
      this.#read = Buffer.concat([bytes, this.#read]);
      this.#passOn();
    } else if (this.#stage === "asked") this.#answer(response);
    else await response.body?.cancel().catch(() => {}); // the client has left
  }

  #answer(response: Response): void {
    const { body } = response;
    const socket = this.#socket;
    this.#stage = "answering";
    socket.on("drain", onDrain);
    socket.cork(); // the head and the first bytes leave together
    this.#isLast = leadsElsewhere(response);
    socket.write(responseHead(response, this.#isLast), "latin1");
    if (body === null) this.#letGo();
    else if (!sinkOf(body)?.redirect((owner) => this.#adopt(owner), this.#gone?.signal)) this.#pump(body);
    socket.uncork();
  }

  #pump(body: ReadableStream<Uint8Array>): void {
    pumpBody(body, this, (owner) => this.#adopt(owner)).catch((error: unknown) => {
      if (this.#stage === "over") return;
      this.destroy(); // a cut is all that HTTP can say by now
      this.#door.report(error);
    });
  }

  #adopt(owner: SinkOwner): Sink {
    this.#owner = owner;
    return this;
  }

  #writeAll(pieces: readonly Uint8Array[]): boolean {
    for (const [index, piece] of pieces.entries()) {
      if (this.#socket.write(piece)) continue;
      if (index + 1 < pieces.length) this.#waiting = pieces.slice(index + 1);
      return false;
    }
    return true;
  }

  /** The response is whole; the next request of this connection is the ordinary server's. */
  #finish(): void {
    this.#socket.write(LAST_CHUNK, () => this.#letGo());
  }

  /** A server that closes has no timer any more that would end a connection without a request. */
  #letGo(): void {
    if (this.#isLast || this.#door.isClosing) this.#socket.destroySoon();
    else this.#passOn();
  }

  #passOn(): void {
    if (this.#stage === "over") return;
    const socket = this.#socket;
    this.#stage = "over";
    (socket as Owned)[own] = undefined;
    socket
      .off("data", onData)
      .off("end", onEnd)
      .off("close", onClose)
      .off("error", onError)
      .off("drain", onDrain);
    socket.pause();
    if (this.#read.length > 0) socket.unshift(this.#read);
    this.#door.onEnd(this);
    this.#door.passOn(socket);
    socket.resume();
  }
}

function onData(this: Socket, bytes: Buffer): void {
  (this as Owned)[own]?.take(bytes);
}
function onDrain(this: Socket): void {
  (this as Owned)[own]?.drained();
}
function onEnd(this: Socket): void {
  (this as Owned)[own]?.halfClosed();
}
function onClose(this: Socket): void {
  (this as Owned)[own]?.closed();
}
/** `close` follows. */
function onError(): void {}
