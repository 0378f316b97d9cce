/// <reference lib="esnext.disposable" preserve="true" />
import type { ClientCloseReason, ConnectionState } from "./connection-state.ts";
import type { GapEvent } from "./options.ts";

export interface TypedEvent {
  readonly type: string;
  readonly data: unknown;
  readonly lastEventId: string;
}
type Match<E, K> = E extends { readonly type: infer T } ? (K extends T ? E : never) : never;
/** What a listener for `K` hears; "*" hears every event, in one listener. */
export type Listened<E, K> = K extends "*" ? E : K extends "sse.gap" ? GapEvent : Match<E, K>;

/**
 * A typed, resilient subscription. Reading waits until there is a listener or a loop, so nothing is missed before
 * the first one is attached, and nothing is read while there is none.
 */
export interface Subscription<E extends TypedEvent>
  extends AsyncIterable<E, undefined, undefined>,
    AsyncDisposable {
  /**
   * Calls `listener` for every event of a type, "*" for all of them, "sse.gap" when events are missing. What it
   * throws, or its promise rejects with, is reported as an uncaught exception of the page (elsewhere on the console);
   * the stream goes on, and waits for no promise. Returns the function that takes it away, also while an event is told.
   * @throws InvalidOptionError for what is no function, and a signal that is none
   */
  on<K extends E["type"] | "sse.gap" | "*">(
    type: K,
    listener: (event: Listened<E, K>) => void,
    options?: { readonly signal?: AbortSignal | undefined },
  ): () => void;
  /**
   * The one iterator. Leaving its loop closes the subscription. It ends after `close()` and a finished stream, throws
   * the reason of an aborted signal, and the error of a failure after the events before it.
   * @throws InvalidOptionError for a second one
   */
  [Symbol.asyncIterator](): AsyncIterator<E, undefined, undefined>;
  readonly state: ConnectionState;
  /** Calls `listener` at every change of `state`; returns the function that stops it. */
  onStateChange(listener: (state: ConnectionState) => void): () => void;
  /** The delivered position: the last one that listeners heard, or that the loop took. */
  readonly lastEventId: string;
  /** Settles when it is over, and never rejects; the error of "failed" is in `state`. */
  readonly closed: Promise<ClientCloseReason>;
  /** Closes quietly: loops end, and what they did not take is dropped. */
  close(): void;
}
