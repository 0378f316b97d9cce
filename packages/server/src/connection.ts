import {
  END_ID,
  END_TYPE,
  ERROR_TYPE,
  type EventMap,
  type InputOf,
  type SendableType,
  type SendOptions,
  serializeComment,
  serializeEvent,
  type TextEvents,
} from "@sse/protocol";
import type { CloseReason } from "./close-reason.ts";
import type { EventWriter } from "./event-writer.ts";
import { encode } from "./frame.ts";
import type { EventStreamSettings } from "./options.ts";
import { callGuarded, logThrown } from "./report.ts";
import { lastEventIdOf } from "./request.ts";
import { type Bytes, HIGH_WATER_BYTES } from "./sink/sink.ts";
import { StallWatch } from "./stall.ts";
import { emptyComment, Transmission } from "./transmission.ts";
import { afterTurn } from "./turn.ts";

/** The server's side of one response: what a producer writes to. */
export interface Connection<M extends EventMap = TextEvents> {
  readonly request: Request;
  /** Aborted when the connection ends, whatever ends it: the client left, the stream was finished, it was closed. */
  readonly signal: AbortSignal;
  /** The last event ID the client comes back with; "" where it brings none. Opaque: it is whatever you sent. */
  readonly lastEventId: string;
  /**
   * Sends an event. False: the reader is slow, await `ready`; the event is taken all the same. After the close:
   * false, and nothing happens.
   *
   * @throws InvalidEventError for a type that cannot be sent, and for an `id` or `retryMs` that cannot be written
   * @throws InvalidDataError for data that does not fit the contract
   */
  send<K extends SendableType<M>>(type: K, data: NoInfer<InputOf<M[K]>>, options?: SendOptions): boolean;
  /** Sends a comment, which receivers ignore. Returns what `send` returns. */
  comment(text: string): boolean;
  /** Settles when the reader has caught up, or the connection has ended. Never rejects. */
  readonly ready: Promise<void>;
  /** The work is done: `sse.end` goes out, and the client does not come back. */
  end(): void;
  /** Closes now; the client comes back. */
  close(): void;
  /** Settles with the reason when the connection has ended. Never rejects. */
  readonly closed: Promise<CloseReason>;
}

const END: string = serializeEvent({ type: END_TYPE, id: END_ID, data: "" });

/** A connection that one producer writes. What it sends in one turn of the event loop leaves in one piece. */
export class ProducerConnection<M extends EventMap> implements Connection<M> {
  /** Not a property of its own: whoever logs a connection does not log the credentials of its request. */
  readonly #request: Request;
  readonly lastEventId: string;
  readonly #writer: EventWriter;
  readonly #settings: EventStreamSettings;
  readonly #transmission: Transmission;
  readonly #stall: StallWatch;
  #text = "";
  /** Much was sent in this turn already. */
  #isAhead = false;
  #abort: AbortController | undefined;
  readonly #onDrained: (() => void)[] = [];
  readonly #onClosed: ((reason: CloseReason) => void)[] = [];

  constructor(request: Request, writer: EventWriter, settings: EventStreamSettings) {
    this.#request = request;
    this.lastEventId = lastEventIdOf(request);
    this.#writer = writer;
    this.#settings = settings;
    this.#transmission = new Transmission({ ...settings, signal: request.signal }, this);
    this.#stall = new StallWatch(this.#transmission, settings.maxStallMs, () => this.#finish("slow", ""));
  }

  get request(): Request {
    return this.#request;
  }

  get body(): ReadableStream<Bytes> {
    return this.#transmission.body;
  }

  get isClosed(): boolean {
    return this.#transmission.reason !== undefined;
  }

  // Made when somebody asks: most connections need none.
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.isClosed) this.#abort.abort();
    return this.#abort.signal;
  }

  /** Whether whoever has more to send should let others have their turn first. */
  get isAhead(): boolean {
    return this.#isAhead;
  }

  get ready(): Promise<void> {
    if (!this.#transmission.blocked || this.isClosed) return Promise.resolve();
    return new Promise((resolve) => this.#onDrained.push(resolve));
  }

  get closed(): Promise<CloseReason> {
    return new Promise((resolve) => this.whenClosed(resolve));
  }

  /** What to wait for before the next event: the reader, or everybody else's turn after much that needed no waiting. */
  async paced(): Promise<void> {
    await this.ready;
    if (this.#isAhead) await new Promise<void>(afterTurn);
    this.#isAhead = false;
  }

  /** Calls back at the end, at once if it was. */
  whenClosed(callback: (reason: CloseReason) => void): void {
    const { reason } = this.#transmission;
    if (reason === undefined) this.#onClosed.push(callback);
    else callback(reason);
  }

  send<K extends SendableType<M>>(type: K, data: NoInfer<InputOf<M[K]>>, options?: SendOptions): boolean {
    if (this.isClosed) return false;
    const ready = this.#write(serializeEvent(this.#writer.event(type, data, options)));
    if (this.#writer.isEnd(type)) this.end();
    return ready;
  }

  comment(text: string): boolean {
    return !this.isClosed && this.#write(serializeComment(text));
  }

  end(): void {
    this.#finish("ended", this.#writer.done + END);
  }

  close(): void {
    this.#finish("closed", "");
  }

  /** The producer failed: the client learns an opaque id, and comes back. */
  fail(error: unknown): void {
    const id = this.isClosed ? "" : crypto.randomUUID();
    this.#finish("error", serializeEvent({ type: ERROR_TYPE, data: JSON.stringify({ id }) }));
    this.report(error, id);
  }

  report(error: unknown, id: string): void {
    callGuarded(() => this.#settings.onError(error, id), logThrown);
  }

  /** Ends without a word, as for a producer that never started. */
  abandon(): void {
    this.#transmission.close("error");
  }

  heartbeat(): Bytes {
    return emptyComment();
  }

  onDrain(): void {
    this.#stall.stop();
    for (const resolve of this.#onDrained.splice(0)) resolve();
  }

  onClose(reason: CloseReason): void {
    this.#text = "";
    this.#abort?.abort();
    this.onDrain();
    for (const callback of this.#onClosed.splice(0)) callback(reason);
  }

  #write(text: string): boolean {
    if (this.#text === "") afterTurn(() => this.#flush());
    this.#text += text;
    // Much text leaves at once: a producer that never lets go of the event loop is to meet its reader's pace, too.
    if (this.#text.length >= HIGH_WATER_BYTES) {
      this.#flush();
      this.#isAhead = true;
    }
    return !this.#transmission.blocked;
  }

  #flush(): void {
    if (this.#text === "" || this.isClosed) return;
    const { maxQueueBytes } = this.#settings;
    const wasBlocked = this.#transmission.blocked;
    const bytes = encode(this.#text);
    this.#text = "";
    if (this.#transmission.write(bytes) || this.isClosed) return;
    this.#stall.start();
    // A reader that keeps up may be sent one event of any size, or that would never arrive.
    if (wasBlocked && maxQueueBytes !== false && this.#transmission.waitingBytes > maxQueueBytes) {
      this.#transmission.close("slow");
    }
  }

  #finish(reason: CloseReason, last: string): void {
    if (this.isClosed) return;
    const text = this.#text + last;
    this.#text = "";
    this.#transmission.close(reason, text === "" ? undefined : encode(text));
  }
}
