import type { OutgoingEvent } from "../event.ts";
import type { EventSink, OutputSink } from "../sink.ts";

/**
 * One library under one name. Each method is one row of the table, written the way its documentation says to use
 * it; a method left out is a row in which the library does not take part. Every call is one whole stream.
 */
export interface Adapter {
  /** The npm package whose version is reported; undefined for what the platform brings. */
  readonly packageName: string | undefined;
  /** True for a floor: it does less than parsing, and shows what is possible. */
  readonly floor?: boolean;
  /** Bytes that are at hand → events, by callback or by whatever the library has that is synchronous. */
  callback?(chunks: readonly Uint8Array[], sink: EventSink): void;
  /** A body → events by callback. */
  bodyCallback?(body: ReadableStream<Uint8Array<ArrayBuffer>>, sink: EventSink): Promise<void>;
  /** A body → events one at a time, by `for await`; or as many at a time as the library gives. */
  iterator?(body: ReadableStream<Uint8Array<ArrayBuffer>>, sink: EventSink): Promise<void>;
  /** Events → the text of each. */
  text?(events: readonly OutgoingEvent[], sink: OutputSink): void | Promise<void>;
  /** Events → the bytes of each, as they would go to a socket. */
  bytes?(events: readonly OutgoingEvent[], sink: OutputSink): void | Promise<void>;
}

export type Workload = "callback" | "bodyCallback" | "iterator" | "text" | "bytes";
