import type { ServerSentEvent } from "./event.ts";

/** What a parser tells, in the order of the stream. Every handler is optional and is called synchronously. */
export interface EventStreamParserHandlers {
  /** At the blank line that ends an event with data. */
  onEvent?(event: ServerSentEvent): void;
  /** At the blank line of a block with a valid `id` line, with or without data; right before its `onEvent`. */
  onLastEventId?(id: string): void;
  /** At the `retry` line, in milliseconds. */
  onReconnectionTime?(ms: number): void;
  /** At the comment's line, without the colon and one leading space. */
  onComment?(comment: string): void;
}

/** How a parser reads. */
export interface EventStreamParserOptions {
  /**
   * The most that may be pending, in UTF-8 bytes: the line that is being read, without its end, plus what the
   * unfinished event has so far: its data with an LF a line, its type and its id. Default: 16,777,216 (16 MiB).
   */
  readonly maxEventBytes?: number | undefined;
  /** The last event ID to begin with, for a stream that goes on where another was cut. Default: `""`. */
  readonly lastEventId?: string | undefined;
}
