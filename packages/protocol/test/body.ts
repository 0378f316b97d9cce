const encoder = new TextEncoder();

/** A stream of values that are at hand. */
export function streamOf<T>(values: Iterable<T>): ReadableStream<T> {
  const iterator = values[Symbol.iterator]();
  return new ReadableStream<T>({
    pull(controller) {
      const { done, value } = iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

/** A body that a test writes into while somebody reads it, and that tells whether and why it was given up. */
export class TestBody {
  readonly stream: ReadableStream<Uint8Array>;
  /** Settles when the reader cancels, with the reason. */
  readonly cancelled: Promise<unknown>;
  isCancelled = false;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.cancelled = promise;
    this.stream = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      cancel: (reason) => {
        this.isCancelled = true;
        resolve(reason);
      },
    });
  }

  write(text: string): void {
    this.#controller?.enqueue(encoder.encode(text));
  }

  end(): void {
    this.#controller?.close();
  }

  fail(error: unknown): void {
    this.#controller?.error(error);
  }
}

/** Chunks of text as bytes, one after the other; `left` is set when the reader leaves early. */
export class TestIterable implements AsyncIterable<Uint8Array> {
  left = false;
  readonly #chunks: readonly string[];

  constructor(...chunks: readonly string[]) {
    this.#chunks = chunks;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    let finished = false;
    try {
      for (const chunk of this.#chunks) yield encoder.encode(chunk);
      finished = true;
    } finally {
      this.left = !finished;
    }
  }
}
