import { concat } from "../frame.ts";
import type { Sink, SinkOwner } from "./sink.ts";

/** The bytes that the platform may hold beside what it is sending. */
const HIGH_WATER_MARK_BYTES = 16_384;

/** The sink of every runtime: the body of a `Response`. */
export class StreamSink implements Sink {
  readonly body: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(owner: SinkOwner) {
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => owner.onReady(),
        cancel: () => {
          this.#controller = undefined;
          owner.onGone();
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER_MARK_BYTES }),
    );
  }

  write(parts: readonly Uint8Array[]): boolean {
    const controller = this.#controller;
    if (controller === undefined) return false;
    controller.enqueue(concat(parts));
    return (controller.desiredSize ?? 0) > 0;
  }

  end(): void {
    this.#controller?.close();
    this.#controller = undefined;
  }

  abort(): void {
    // An error drops what waits; a reader that is not there cannot take a close.
    this.#controller?.error(new DOMException("The event stream was closed by the server.", "AbortError"));
    this.#controller = undefined;
  }
}
