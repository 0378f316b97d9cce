import { commentFrame, type Frame } from "./frame.ts";
import { SendQueue, type SlowConsumer } from "./send-queue.ts";
import type { Sink, SinkOwner } from "./sink/sink.ts";
import { StreamSink } from "./sink/stream-sink.ts";
import { type Flushable, turn } from "./turn.ts";
import type { Timed, TimerWheel } from "./wheel.ts";

/** Why a connection ended. */
export type CloseReason =
  | "client"
  | "ended"
  | "error"
  | "slow"
  | "revoked"
  | "expired"
  | "rotated"
  | "drained";

export interface OutletOptions {
  readonly wheel: TimerWheel;
  /** 0: no heartbeats. */
  readonly heartbeatMs: number;
  readonly maxQueueBytes: number;
  /** 0: a stalled client is never cut for it. */
  readonly maxStallMs: number;
  /** 0: no rotation. */
  readonly maxDurationMs: number;
  readonly slowConsumer: SlowConsumer;
  /** What a heartbeat writes, where it is more than a comment. */
  readonly heartbeat?: (() => Frame | undefined) | undefined;
  readonly onClosed?: ((reason: CloseReason) => void) | undefined;
  readonly onStalled?: (() => void) | undefined;
}

const HEARTBEAT: Frame = commentFrame("");

/**
 * The sending side of one response: a queue in front of a sink, one write a turn, heartbeats in silence, and an
 * end that happens once, for one reason. Frames go out in the order in which they came in.
 */
export class Outlet implements SinkOwner, Flushable, Timed {
  readonly #options: OutletOptions;
  readonly #queue: SendQueue;
  readonly #stream: StreamSink;
  #sink: Sink;
  #writable = true; // the sink takes more
  #flushing = false; // this turn's flush is on its way
  #ending = false; // what waits is still sent, then the body ends
  #endReason: CloseReason = "ended";
  #reason: CloseReason | undefined;
  #lastWriteAt: number;
  #stalledAt = 0; // since when bytes wait without any leaving; 0 when none wait
  readonly #rotateAt: number;
  #lastId = "";
  #abort: AbortController | undefined;
  #ready: PromiseWithResolvers<void> | undefined;
  readonly #closed: PromiseWithResolvers<CloseReason> = Promise.withResolvers<CloseReason>();

  constructor(options: OutletOptions) {
    this.#options = options;
    this.#queue = new SendQueue(options.maxQueueBytes, options.slowConsumer, () => this.#lastId);
    this.#stream = new StreamSink(this);
    this.#sink = this.#stream;
    const now = options.wheel.now();
    this.#lastWriteAt = now;
    // Rotation is spread, so that connections of one moment do not all end in one moment.
    this.#rotateAt =
      options.maxDurationMs === 0 ? 0 : now + options.maxDurationMs * (0.9 + Math.random() * 0.2);
    options.wheel.schedule(this, this.#nextTime(now));
  }

  get body(): ReadableStream<Uint8Array> {
    return this.#stream.body;
  }

  get isClosed(): boolean {
    return this.#reason !== undefined;
  }

  /** Whether the client takes what is written; false while bytes wait for it. */
  get isReady(): boolean {
    return this.#writable && this.#queue.isEmpty;
  }

  /** The last id that was handed to the sink. */
  get lastId(): string {
    return this.#lastId;
  }

  get dropped(): number {
    return this.#queue.dropped;
  }

  get closed(): Promise<CloseReason> {
    return this.#closed.promise;
  }

  /** Made when it is first asked for: most connections of a hub never need one. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.isClosed) this.#abort.abort();
    return this.#abort.signal;
  }

  /** Resolves when nothing waits for the client, or when the connection is closed. */
  get ready(): Promise<void> {
    if (this.isClosed || (this.#writable && this.#queue.bytes === 0)) return Promise.resolve();
    this.#ready ??= Promise.withResolvers<void>();
    return this.#ready.promise;
  }

  /** Queues a frame. False: the client is slow, or gone. A full queue closes the connection, unless frames drop. */
  send(frame: Frame): boolean {
    if (this.isClosed || this.#ending) return false;
    if (!this.#queue.push(frame)) {
      this.abort("slow");
      return false;
    }
    if (this.#writable) this.#flushSoon();
    else if (this.#stalledAt === 0) this.#stalled();
    return this.#writable;
  }

  /** Queues frames that the budget does not count: a page of the past, which the client has asked for. */
  sendAll(frames: readonly Frame[]): void {
    if (this.isClosed || this.#ending || frames.length === 0) return;
    this.#queue.admit(frames);
    if (this.#writable) this.#flushSoon();
    else if (this.#stalledAt === 0) this.#stalled();
  }

  /** Ends the body after what waits. */
  end(reason: CloseReason): void {
    if (this.isClosed || this.#ending) return;
    this.#ending = true;
    if (this.#queue.isEmpty) this.#finish(reason);
    else {
      this.#endReason = reason;
      if (this.#writable) this.#flushSoon();
      else if (this.#stalledAt === 0) this.#stalled();
    }
  }

  /** Ends at once, whatever waits. */
  abort(reason: CloseReason): void {
    if (this.isClosed) return;
    this.#queue.clear();
    this.#sink.abort();
    this.#close(reason);
  }

  /** Drops what waits, sends this as the last, and ends: a grant that shrank must not deliver what it covered. */
  endWith(last: Frame, reason: CloseReason): void {
    if (this.isClosed) return;
    this.#queue.clear();
    this.send(last);
    this.end(reason);
  }

  flush(): void {
    this.#flushing = false;
    if (this.isClosed || !this.#writable || this.#queue.isEmpty) return;
    const frames = this.#queue.takeAll();
    for (const { id } of frames) if (id !== undefined) this.#lastId = id;
    this.#lastWriteAt = this.#options.wheel.now();
    this.#stalledAt = 0;
    this.#writable = this.#sink.write(frames.map((frame) => frame.bytes));
    if (this.#ending) this.#finish(this.#endReason);
    else if (this.#writable) this.#becomeReady();
  }

  onReady(): void {
    if (this.isClosed || this.#writable) return;
    this.#writable = true;
    if (this.#queue.isEmpty) this.#becomeReady();
    else this.#flushSoon();
  }

  onGone(): void {
    if (!this.isClosed) this.#close("client");
  }

  /** The wheel's turn: rotation, stall, heartbeat. */
  onTime(now: number): number {
    if (this.isClosed) return 0;
    const { heartbeatMs, maxStallMs } = this.#options;
    if (this.#rotateAt > 0 && now >= this.#rotateAt) {
      this.end("rotated");
      return this.isClosed ? 0 : this.#nextTime(now);
    }
    if (this.#stalledAt > 0 && maxStallMs > 0 && now - this.#stalledAt >= maxStallMs) {
      this.abort("slow");
      return 0;
    }
    // A quarter of a tick of grace: the wheel looks a little early.
    if (heartbeatMs > 0 && this.isReady && !this.#ending && now - this.#lastWriteAt >= heartbeatMs * 0.9) {
      this.send(this.#options.heartbeat?.() ?? HEARTBEAT);
      this.#lastWriteAt = now;
    }
    return this.#nextTime(now);
  }

  #nextTime(now: number): number {
    const { heartbeatMs, maxStallMs } = this.#options;
    const times = [
      heartbeatMs > 0 ? Math.max(this.#lastWriteAt + heartbeatMs, now + heartbeatMs / 8) : 0,
      this.#stalledAt > 0 && maxStallMs > 0 ? this.#stalledAt + maxStallMs : 0,
      this.#rotateAt,
    ].filter((time) => time > 0);
    return times.length === 0 ? 0 : Math.min(...times);
  }

  #stalled(): void {
    const now = this.#options.wheel.now();
    this.#stalledAt = now;
    this.#options.onStalled?.();
    this.#options.wheel.schedule(this, this.#nextTime(now));
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    turn.add(this);
  }

  #becomeReady(): void {
    this.#ready?.resolve();
    this.#ready = undefined;
  }

  #finish(reason: CloseReason): void {
    this.#sink.end();
    this.#close(reason);
  }

  #close(reason: CloseReason): void {
    this.#reason = reason;
    this.#queue.clear();
    this.#options.wheel.cancel(this);
    this.#abort?.abort();
    this.#becomeReady();
    this.#closed.resolve(reason);
    this.#options.onClosed?.(reason);
  }
}
