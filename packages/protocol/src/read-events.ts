import { InvalidOptionError } from "./errors.ts";
import type { ServerSentEvent } from "./event.ts";
import { EventStreamParser } from "./parser.ts";
import type { EventStreamParserOptions } from "./parser-options.ts";
import type {
  ContractCodec,
  EventContract,
  EventIssue,
  EventMap,
  Received,
  TextEvents,
} from "./schema/contract.ts";

/** Where bytes come from. A `Response` is taken by its body; its status is not looked at. */
export type EventStreamSource = Response | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** How `readEvents` reads. */
export interface ReadEventsOptions<M extends EventMap = TextEvents> extends EventStreamParserOptions {
  /** Stops reading, cancels the source, and makes the iterator throw its reason. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** The contract that types the events. Default: none, every event as text under its own type. */
  readonly events?: EventContract<M> | undefined;
  /** Hears of events that do not fit the contract; they are left out. Default: nobody does. */
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
 * @throws InvalidOptionError at once, for a source, a contract or a `maxEventBytes` that is none.
 * @throws LimitError while iterating, past `maxEventBytes`; whatever the source throws; the signal's reason.
 */
export function readEvents<M extends EventMap = TextEvents>(
  source: EventStreamSource,
  options: ReadEventsOptions<M> = {},
): EventReader<Received<M>> {
  return new BodyEventReader<Received<M>>(source, options);
}

/** The three calls that a reader and an iterator have in common. */
interface Chunks {
  next(): Promise<{ readonly done?: boolean | undefined; readonly value?: Uint8Array | undefined }>;
  cancel(reason?: unknown): Promise<unknown>;
}

function openChunks(source: EventStreamSource | null): Chunks {
  if (typeof source === "object" && source !== null) {
    if ("getReader" in source) {
      // Not `for await`: WebKit's ReadableStream has no asynchronous iterator.
      const reader = source.getReader();
      return { next: () => reader.read(), cancel: (reason) => reader.cancel(reason) };
    }
    if (Symbol.asyncIterator in source) return new IteratorChunks(source[Symbol.asyncIterator]());
    // Not `instanceof`: undici and others bring a Response of their own.
    if ("body" in source) {
      if (source.body !== null) return openChunks(source.body);
      return { next: async () => ({ done: true }), cancel: async () => {} };
    }
  }
  throw new InvalidOptionError("readEvents takes a Response, a ReadableStream or an AsyncIterable of bytes.");
}

/** An iterator that can be left while it does not answer, as a stream's reader can. */
class IteratorChunks implements Chunks {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #release: (() => void) | undefined; // set while an answer is awaited

  constructor(iterator: AsyncIterator<Uint8Array>) {
    this.#iterator = iterator;
  }

  next(): ReturnType<Chunks["next"]> {
    return new Promise((resolve, reject) => {
      this.#release = () => resolve({ done: true });
      // As `for await` does: an iterator may answer at once, too.
      Promise.resolve(this.#iterator.next()).then((step) => {
        this.#release = undefined;
        resolve(step);
      }, reject);
    });
  }

  async cancel(): Promise<void> {
    const left = Promise.resolve(this.#iterator.return?.());
    if (this.#release === undefined) {
      await left;
      return;
    }
    // A generator takes `return()` only when what it awaits has settled; nobody waits for that here.
    left.catch(() => {});
    this.#release();
  }
}

/**
 * Written by hand, not as an async generator, and with one promise an event: what is queued is handed out without
 * waiting, and a chunk's first event leaves in the very reaction to that chunk (bench "end to end").
 */
class BodyEventReader<T> implements EventReader<T> {
  readonly #chunks: Chunks;
  readonly #parser: EventStreamParser;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: () => void = () => this.#fail(this.#signal?.reason);
  readonly #takeOne = (): T => this.#queue[this.#next++] as T;
  #queue: T[] = [];
  #next = 0; // index into #queue
  #finished = false; // no more chunks are read; what is queued is still delivered
  #failure: { readonly error: unknown } | undefined; // thrown after what is queued
  #waiting = 0; // calls of next() that are not answered yet
  #last: Promise<unknown> = Promise.resolve(); // the latest of them

  // biome-ignore lint/suspicious/noExplicitAny: which contract it is was settled at the door
  constructor(source: EventStreamSource, options: ReadEventsOptions<any>) {
    this.#parser = new EventStreamParser({ onEvent: this.#receiver(options) }, options);
    this.#chunks = openChunks(source); // last, since it locks the stream
    this.#signal = options.signal;
    if (this.#signal?.aborted) this.#onAbort();
    else this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return this.#answer(this.#takeOne);
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#drop();
    await this.#cancel();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  batches(): AsyncIteratorObject<readonly T[], undefined, undefined> {
    const takeAll = (): readonly T[] => {
      const batch = this.#next === 0 ? this.#queue : this.#queue.slice(this.#next);
      this.#drop();
      return batch;
    };
    return new Batches(
      () => this.#answer(takeAll),
      () => this.return(),
    );
  }

  /** Calls that overlap are answered in their order, as a generator's are. */
  #answer<R>(take: () => R): Promise<IteratorResult<R, undefined>> {
    if (this.#waiting === 0 && this.#next < this.#queue.length) {
      return Promise.resolve({ done: false, value: take() });
    }
    const advance = (): Promise<IteratorResult<R, undefined>> => this.#advance(take);
    const answer = this.#waiting++ === 0 ? advance() : this.#last.then(advance, advance);
    this.#last = answer;
    return answer;
  }

  #advance<R>(take: () => R): Promise<IteratorResult<R, undefined>> {
    const step = (): IteratorResult<R, undefined> | Promise<IteratorResult<R, undefined>> => {
      if (this.#next === this.#queue.length && !this.#finished) return this.#advance(take);
      this.#waiting--;
      return this.#settle(take);
    };
    if (this.#next < this.#queue.length || this.#finished) return new Promise((resolve) => resolve(step()));
    this.#drop();
    return this.#chunks.next().then(
      ({ done, value }) => {
        // What an iterator returns at its end is no chunk.
        if (done) this.#stop();
        else this.#feed(value);
        return step();
      },
      (error: unknown) => {
        this.#fail(error);
        return step();
      },
    );
  }

  #settle<R>(take: () => R): IteratorResult<R, undefined> {
    if (this.#next < this.#queue.length) return { done: false, value: take() };
    if (this.#failure === undefined) return { done: true, value: undefined };
    const { error } = this.#failure;
    this.#failure = undefined; // thrown once; after that the iterator is at its end
    throw error;
  }

  #feed(chunk: Uint8Array | undefined): void {
    if (chunk === undefined || this.#finished) return;
    try {
      this.#parser.feed(chunk);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Ends the reading with an error. What was received before it is still delivered, unless the reader gave up. */
  #fail(error: unknown): void {
    if (this.#finished) return;
    if (this.#signal?.aborted) this.#drop();
    this.#failure = { error };
    this.#cancel(error);
  }

  #drop(): void {
    this.#queue = [];
    this.#next = 0;
  }

  #stop(): void {
    this.#finished = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }

  async #cancel(reason?: unknown): Promise<void> {
    if (this.#finished) return;
    this.#stop();
    await this.#chunks.cancel(reason).catch(() => {}); // the source is given up; what it says of that is no news
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  #receiver(options: ReadEventsOptions<any>): (event: ServerSentEvent) => void {
    const { events } = options;
    // Without a contract the events are what the parser makes, and T is just that.
    if (events === undefined) return (event) => this.#queue.push(event as T);
    const codec = Object(events)["~codec"] as ContractCodec<T> | undefined;
    if (codec === undefined) {
      throw new InvalidOptionError("events is a contract, made by defineEvents, and this is none.");
    }
    return (event) => {
      if (this.#finished) return;
      const decoded = codec.decode(event);
      if (decoded.kind === "issue") options.onIssue?.(decoded.issue);
      else if (decoded.kind === "event") this.#queue.push(decoded.event);
      if (decoded.kind === "done" || (decoded.kind === "event" && decoded.end)) this.#cancel();
    };
  }
}

class Batches<T> implements AsyncIteratorObject<readonly T[], undefined, undefined> {
  readonly next: () => Promise<IteratorResult<readonly T[], undefined>>;
  readonly #leave: () => Promise<unknown>;

  constructor(next: () => Promise<IteratorResult<readonly T[], undefined>>, leave: () => Promise<unknown>) {
    this.next = next;
    this.#leave = leave;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    await this.#leave();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
