import { InvalidOptionError } from "./errors.ts";
import type { ServerSentEvent } from "./event.ts";
import { EventStreamParser } from "./parser.ts";
import type { EventStreamParserOptions } from "./parser-options.ts";
import type { EventContract, EventIssue, EventMap, Received, TextEvents } from "./schema/contract.ts";

/** Where bytes come from. A `Response` is taken by its body; its status is not looked at. */
export type EventStreamSource = Response | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

export interface ReadEventsOptions<M extends EventMap = TextEvents> extends EventStreamParserOptions {
  /** Stops reading, cancels the source, and makes the iterator throw its reason. */
  readonly signal?: AbortSignal | undefined;
  /** The contract that types the events. Default: none, every event as text under its own type. */
  readonly events?: EventContract<M> | undefined;
  /** Hears of events that do not fit the contract; they are left out. */
  readonly onIssue?: ((issue: EventIssue) => void) | undefined;
}

/** The events of one stream, in order. Leaving the loop cancels the source. */
export interface EventReader<T> extends AsyncIteratorObject<T, undefined, undefined> {
  [Symbol.asyncIterator](): EventReader<T>;
  /** The same events, as many at a time as one chunk of bytes brought: the cheapest way to read many. */
  batches(): AsyncIteratorObject<readonly T[], undefined, undefined>;
}

/**
 * Reads the events of a body that is at hand, once, without reconnection.
 *
 * @throws LimitError while iterating, past `maxEventBytes`; whatever the source throws; the signal's reason.
 */
export function readEvents<M extends EventMap = TextEvents>(
  source: EventStreamSource,
  options: ReadEventsOptions<M> = {},
): EventReader<Received<M>> {
  return new BodyEventReader<Received<M>>(openChunks(source), options);
}

/** The three calls that a reader and an iterator have in common. */
interface Chunks {
  next(): Promise<{ readonly done?: boolean | undefined; readonly value?: Uint8Array | undefined }>;
  cancel(reason?: unknown): Promise<unknown>;
}

function openChunks(source: EventStreamSource): Chunks {
  const body = source instanceof Response ? source.body : source;
  if (body === null) return { next: async () => ({ done: true }), cancel: async () => {} };
  if ("getReader" in body) {
    // Not `for await`: WebKit's ReadableStream has no asynchronous iterator.
    const reader = body.getReader();
    return { next: () => reader.read(), cancel: (reason) => reader.cancel(reason) };
  }
  if (!(Symbol.asyncIterator in Object(body))) {
    throw new InvalidOptionError(
      "readEvents takes a Response, a ReadableStream or an AsyncIterable of bytes.",
    );
  }
  const iterator = body[Symbol.asyncIterator]();
  return { next: () => iterator.next(), cancel: async () => iterator.return?.() };
}

class BodyEventReader<T> implements EventReader<T> {
  readonly #chunks: Chunks;
  readonly #parser: EventStreamParser;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: () => void = () => this.#cancel(this.#signal?.reason);
  #queue: T[] = [];
  #next = 0; // index into #queue
  #finished = false; // no more chunks are read; what is queued is still delivered
  #failure: { readonly error: unknown } | undefined; // thrown after what is queued
  #turn: Promise<unknown> | undefined; // the last next() that had to wait; later ones come after it

  // biome-ignore lint/suspicious/noExplicitAny: which contract it is was settled at the door
  constructor(chunks: Chunks, options: ReadEventsOptions<any>) {
    this.#chunks = chunks;
    this.#parser = new EventStreamParser({ onEvent: this.#receiver(options) }, options);
    this.#signal = options.signal;
    if (this.#signal?.aborted) this.#onAbort();
    else this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#turn === undefined && this.#next < this.#queue.length) {
      return Promise.resolve({ done: false, value: this.#queue[this.#next++] as T });
    }
    return this.#inTurn(async () => {
      if (!(await this.#fill())) return { done: true, value: undefined };
      return { done: false, value: this.#queue[this.#next++] as T };
    });
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#queue = [];
    this.#next = 0;
    await this.#cancel();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  batches(): AsyncIteratorObject<readonly T[], undefined, undefined> {
    return new Batches(
      () => this.#inTurn(async () => ((await this.#fill()) ? this.#takeAll() : undefined)),
      () => this.return(),
    );
  }

  /** Waits until an event is queued. False: there will be none. */
  async #fill(): Promise<boolean> {
    while (this.#next >= this.#queue.length) {
      if (this.#failure !== undefined) {
        const { error } = this.#failure;
        this.#failure = undefined;
        throw error;
      }
      if (this.#finished) return false;
      this.#queue = [];
      this.#next = 0;
      await this.#readChunk();
    }
    return true;
  }

  async #readChunk(): Promise<void> {
    try {
      const { done, value } = await this.#chunks.next();
      if (value !== undefined && !this.#finished) this.#parser.feed(value);
      if (done) this.#stop();
    } catch (error) {
      if (!this.#finished) {
        this.#failure = { error };
        this.#cancel(error);
      }
    }
  }

  #takeAll(): readonly T[] {
    const batch = this.#next === 0 ? this.#queue : this.#queue.slice(this.#next);
    this.#queue = [];
    this.#next = 0;
    return batch;
  }

  /** Calls of next() that overlap are answered in their order, as a generator's are. */
  #inTurn<R>(work: () => Promise<R>): Promise<R> {
    const turn = this.#turn === undefined ? work() : this.#turn.then(work);
    const settled = turn
      .catch(() => {})
      .then(() => {
        if (this.#turn === settled) this.#turn = undefined;
      });
    this.#turn = settled;
    return turn;
  }

  #stop(): void {
    this.#finished = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }

  async #cancel(reason?: unknown): Promise<void> {
    if (this.#finished) return;
    this.#stop();
    if (reason !== undefined && this.#failure === undefined) {
      this.#queue = [];
      this.#next = 0;
      this.#failure = { error: reason };
    }
    await this.#chunks.cancel(reason).catch(() => {}); // the source is given up; what it says of that is no news
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  #receiver(options: ReadEventsOptions<any>): (event: ServerSentEvent) => void {
    const codec = options.events?.["~codec"];
    // Without a contract the events are what the parser makes, and T is just that.
    if (codec === undefined) return (event) => this.#queue.push(event as T);
    return (event) => {
      if (this.#finished) return;
      const decoded = codec.decode(event);
      if (decoded.kind === "issue") options.onIssue?.(decoded.issue);
      else if (decoded.kind === "event") this.#queue.push(decoded.event as T);
      if (decoded.kind === "done" || (decoded.kind === "event" && decoded.end)) this.#cancel();
    };
  }
}

class Batches<T> implements AsyncIteratorObject<readonly T[], undefined, undefined> {
  readonly #take: () => Promise<readonly T[] | undefined>;
  readonly #leave: () => Promise<unknown>;

  constructor(take: () => Promise<readonly T[] | undefined>, leave: () => Promise<unknown>) {
    this.#take = take;
    this.#leave = leave;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<readonly T[], undefined>> {
    const batch = await this.#take();
    return batch === undefined ? { done: true, value: undefined } : { done: false, value: batch };
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    await this.#leave();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
