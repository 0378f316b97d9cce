import { HEADERS, HELLO } from "../broadcaster.ts";
import { type Tick, textOf } from "../tick.ts";

const encoder = new TextEncoder();

/** Responses as the web has them, written by hand: a stream each, into which every event is put. */
export class Streams {
  readonly #controllers = new Set<ReadableStreamDefaultController<Uint8Array>>();

  get size(): number {
    return this.#controllers.size;
  }

  respond(): Response {
    let own: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        own = controller;
        controller.enqueue(encoder.encode(HELLO));
        this.#controllers.add(controller);
      },
      cancel: () => {
        this.#controllers.delete(own);
      },
    });
    return new Response(body, { headers: HEADERS });
  }

  publish(tick: Tick): void {
    const bytes = encoder.encode(textOf(tick));
    for (const controller of this.#controllers) controller.enqueue(bytes);
  }
}
