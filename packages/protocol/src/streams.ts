import type { ServerSentEvent, ServerSentEventInit } from "./event.ts";
import { EventStreamParser } from "./parser.ts";
import type { EventStreamParserOptions } from "./parser-options.ts";
import { encodeEvent } from "./serialize.ts";

/**
 * Bytes → events as a transform stream, for `pipeThrough`. `readEvents` does the same several times faster; this
 * is for pipelines that are made of streams. An unfinished event at the end is dropped, as the standard says.
 */
export class EventStreamDecoderStream {
  readonly readable: ReadableStream<ServerSentEvent>;
  readonly writable: WritableStream<Uint8Array>;

  constructor(options?: EventStreamParserOptions) {
    let parser: EventStreamParser;
    const { readable, writable } = new TransformStream<Uint8Array, ServerSentEvent>({
      start(controller) {
        parser = new EventStreamParser({ onEvent: (event) => controller.enqueue(event) }, options);
      },
      transform(chunk) {
        parser.feed(chunk);
      },
    });
    this.readable = readable;
    this.writable = writable;
  }
}

/** Events → bytes as a transform stream. An event that cannot be written errors the stream. */
export class EventStreamEncoderStream {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: WritableStream<ServerSentEventInit>;

  constructor() {
    const { readable, writable } = new TransformStream<ServerSentEventInit, Uint8Array<ArrayBuffer>>({
      transform(event, controller) {
        controller.enqueue(encodeEvent(event));
      },
    });
    this.readable = readable;
    this.writable = writable;
  }
}
