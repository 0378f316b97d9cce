import {
  END_ID,
  ERROR_TYPE,
  type EventContract,
  type EventMap,
  encodeEvent,
  type InputOf,
  InvalidEventError,
  type OutgoingEvent,
  type SendableType,
  type SendOptions,
  type TextEvents,
} from "@sse/protocol";
import { commentFrame, endFrame, frameOf, retryFrame, spread } from "./frame.ts";
import { openingFrame } from "./opening.ts";
import {
  DEFAULT_HEARTBEAT_MS,
  DEFAULT_MAX_QUEUE_BYTES,
  DEFAULT_MAX_STALL_MS,
  positive,
  retryTime,
} from "./options.ts";
import { type CloseReason, Outlet } from "./outlet.ts";
import { answerWithoutStream, type HeadersLike, readLastEventId, streamHeaders } from "./response.ts";
import { wheelFor } from "./wheel.ts";

/** The server's side of one response. */
export interface Connection<M extends EventMap = TextEvents> {
  readonly request: Request;
  /** Aborted when the connection ends, for whatever reason. Give it to everything that is awaited. */
  readonly signal: AbortSignal;
  /** Where the client stopped, `""` for a new one: the header `Last-Event-ID`, or the query's `lastEventId`. */
  readonly lastEventId: string;
  /**
   * Sends an event. False: the client reads slowly, so await `ready` before the next. After the close: false, and
   * nothing happens.
   * @throws InvalidDataError, InvalidEventError if the contract does not allow it.
   */
  send<K extends SendableType<M>>(type: K, data: NoInfer<InputOf<M[K]>>, options?: SendOptions): boolean;
  /** Sends a comment, which receivers ignore. As `send` otherwise. */
  comment(text: string): boolean;
  /** Resolves when the client has taken what was sent, and when the connection is closed. */
  readonly ready: Promise<void>;
  /** The work is done: writes `sse.end` and closes; the client does not come back. */
  end(): void;
  /** Closes; the client comes back. */
  close(): void;
  /** Resolves with the reason when the connection is closed; never rejects. */
  readonly closed: Promise<CloseReason>;
}

/**
 * What makes the events. An async generator's return is `end()`, its throw is `close()` after an `sse.error`. A
 * callback's return means nothing: the connection lives until `end()`, `close()` or the client's leaving.
 */
export type Producer<M extends EventMap> = (
  connection: Connection<M>,
) => AsyncIterable<OutgoingEvent<M>> | Promise<void> | void;

export interface EventStreamOptions {
  /** A comment goes out after so much silence, in milliseconds; false: never. Default: 15,000; 8,000 on Bun. */
  readonly heartbeatMs?: number | false | undefined;
  /** The client's reconnection time in milliseconds, spread by ±25 %. Default: none is sent, clients choose. */
  readonly retryMs?: number | undefined;
  /** Whether data is checked against the contract's schemas before it is sent. Default: true. */
  readonly validate?: boolean | undefined;
  /** Headers beside the stream's own. */
  readonly headers?: HeadersLike | undefined;
  /** The connection is ended after so long, ±10 %, and the client comes back; in milliseconds. Default: never. */
  readonly maxDurationMs?: number | undefined;
  /** What may wait for a slow client, in bytes; past it the client is cut and comes back. Default: 1,048,576. */
  readonly maxQueueBytes?: number | undefined;
  /** How long bytes may wait without any leaving, in milliseconds; false: for ever. Default: 10,000. */
  readonly maxStallMs?: number | false | undefined;
  /** Hears what the producer threw; the client is told only `id`. Default: `console.error`. */
  readonly onError?: ((error: unknown, id: string) => void) | undefined;
}

/**
 * Answers a request with a stream of events. `HEAD`, an `Accept` that refuses event streams (406) and a client that
 * comes back after the end (204) are answered without the producer. What the producer throws before it first
 * returns is thrown here.
 *
 * @throws InvalidOptionError for an option out of range.
 */
export function eventStream<M extends EventMap = TextEvents>(
  events: EventContract<M> | null,
  request: Request,
  produce: Producer<M>,
  options: EventStreamOptions = {},
): Response {
  const answer = answerWithoutStream(request, options.headers);
  if (answer !== undefined) return answer;
  const connection = new StreamConnection<M>(events, request, options);
  connection.open(produce);
  return new Response(connection.body, { headers: streamHeaders(options.headers) });
}

class StreamConnection<M extends EventMap> implements Connection<M> {
  readonly request: Request;
  readonly lastEventId: string;
  readonly #events: EventContract<M> | null;
  readonly #outlet: Outlet;
  readonly #validate: boolean;
  readonly #retryMs: number | undefined;
  readonly #heartbeatMs: number;
  readonly #onError: (error: unknown, id: string) => void;

  constructor(events: EventContract<M> | null, request: Request, options: EventStreamOptions) {
    this.request = request;
    this.lastEventId = readLastEventId(request);
    this.#events = events;
    this.#validate = options.validate ?? true;
    this.#retryMs = retryTime("retryMs", options.retryMs);
    this.#heartbeatMs = positive("heartbeatMs", options.heartbeatMs, DEFAULT_HEARTBEAT_MS);
    this.#onError = options.onError ?? reportError;
    this.#outlet = new Outlet({
      wheel: wheelFor(this.#heartbeatMs),
      heartbeatMs: this.#heartbeatMs,
      maxQueueBytes: positive("maxQueueBytes", options.maxQueueBytes, DEFAULT_MAX_QUEUE_BYTES),
      maxStallMs: positive("maxStallMs", options.maxStallMs, DEFAULT_MAX_STALL_MS),
      maxDurationMs: positive("maxDurationMs", options.maxDurationMs, 0),
      slowConsumer: "disconnect",
    });
  }

  get body(): ReadableStream<Uint8Array> {
    return this.#outlet.body;
  }
  get signal(): AbortSignal {
    return this.#outlet.signal;
  }
  get ready(): Promise<void> {
    return this.#outlet.ready;
  }
  get closed(): Promise<CloseReason> {
    return this.#outlet.closed;
  }

  send<K extends SendableType<M>>(type: K, data: NoInfer<InputOf<M[K]>>, options: SendOptions = {}): boolean {
    if (this.#outlet.isClosed) return false;
    const fields =
      this.#events?.["~codec"].encode(type, data, { validate: this.#validate }) ?? plain(type, data);
    if (options.id === END_ID) {
      throw new InvalidEventError(`The id '${END_ID}' is reserved for the end of a stream; choose another.`);
    }
    const bytes = encodeEvent({ ...fields, id: options.id, retryMs: options.retryMs });
    const ready = this.#outlet.send(frameOf(bytes, options.id));
    if (this.#events?.["~codec"].isEnd(type)) this.end();
    return ready && !this.#outlet.isClosed;
  }

  comment(text: string): boolean {
    return this.#outlet.send(commentFrame(text));
  }

  end(): void {
    if (this.#outlet.isClosed) return;
    this.#outlet.send(endFrame(this.#events?.options.done));
    this.#outlet.end("ended");
  }

  close(): void {
    this.#outlet.end("ended");
  }

  open(produce: Producer<M>): void {
    const { signal } = this.request;
    const leave = (): void => this.#outlet.abort("client");
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
    this.closed.then(() => signal.removeEventListener("abort", leave));
    this.#outlet.send(openingFrame(this.#heartbeatMs));
    if (this.#retryMs !== undefined) this.#outlet.send(retryFrame(spread(this.#retryMs)));
    let produced: ReturnType<Producer<M>>;
    try {
      produced = produce(this);
    } catch (error) {
      this.#outlet.abort("error");
      throw error;
    }
    if (produced === undefined) return;
    const work = Symbol.asyncIterator in produced ? this.#drain(produced) : produced;
    work.catch((error: unknown) => this.#fail(error));
  }

  /** Sends what a generator yields, as fast as the client reads, and stops it the moment the connection ends. */
  async #drain(events: AsyncIterable<OutgoingEvent<M>>): Promise<void> {
    const iterator = events[Symbol.asyncIterator]();
    // `return()` while a `next()` is under way is queued behind it; asking early is all that can be done.
    this.closed
      .then(() => iterator.return?.())
      .catch((error: unknown) => this.#hasObeyed(error) || this.#report(error));
    for (;;) {
      const step = await iterator.next();
      if (this.#outlet.isClosed) return;
      if (step.done) return this.end();
      const { type, data, id, retryMs } = step.value;
      // A generator that read the contract's types yields what they allow.
      if (!this.send(type as SendableType<M>, data as never, { id, retryMs })) await this.ready;
    }
  }

  /** Whether this is how a producer stops that gave `signal` to what it awaits: no failure. */
  #hasObeyed(error: unknown): boolean {
    return this.#outlet.isClosed && error instanceof Error && error.name === "AbortError";
  }

  #fail(error: unknown): void {
    if (this.#hasObeyed(error)) return;
    const id = this.#report(error);
    if (this.#outlet.isClosed) return;
    this.#outlet.send(frameOf(encodeEvent({ type: ERROR_TYPE, data: JSON.stringify({ id }) })));
    this.#outlet.end("error");
  }

  #report(error: unknown): string {
    const id = crypto.randomUUID();
    this.#onError(error, id);
    return id;
  }
}

/** Without a contract: any type, and text as it is. */
function plain(type: string, data: unknown): { readonly type: string | undefined; readonly data: string } {
  if (typeof data !== "string") {
    throw new InvalidEventError(
      `Without a contract data is a string, not ${typeof data}; pass the contract.`,
    );
  }
  if (type.startsWith("sse.") || type === "error" || type === "open") {
    throw new InvalidEventError(`Event type '${type}' is reserved; choose another name.`);
  }
  return { type: type === "message" ? undefined : type, data };
}

function reportError(error: unknown, id: string): void {
  console.error(`An event stream's producer failed (${id}).`, error);
}
