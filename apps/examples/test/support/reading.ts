import type { ServerSentEvent } from "@sse/protocol";

/** No test waits so long unless it fails; a busy machine may take long for what is quick on an idle one. */
const PATIENCE_MS = 60_000;

/** What one reader has read of a stream so far, whatever program the reader is. */
export class Reading implements AsyncDisposable {
  readonly #stop: () => Promise<void> | void;
  readonly #events: ServerSentEvent[] = [];
  readonly #ended = Promise.withResolvers<void>();
  #news = Promise.withResolvers<void>();

  /** `stop` ends the reader from this side, and everything it started. */
  constructor(stop: () => Promise<void> | void) {
    this.#stop = stop;
  }

  get events(): readonly ServerSentEvent[] {
    return this.#events;
  }

  /** Resolves when the reader has stopped and will not come back by itself. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  hear(event: ServerSentEvent): void {
    this.#events.push(event);
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  end(): void {
    this.#ended.resolve();
  }

  /** Resolves with all events of the type as soon as there are `count`; throws when that takes too long. */
  async until(type: string, count: number): Promise<readonly ServerSentEvent[]> {
    const late = AbortSignal.timeout(PATIENCE_MS);
    const isLate = new Promise((resolve) => late.addEventListener("abort", resolve));
    for (;;) {
      const found = this.#events.filter((event) => event.type === type);
      if (found.length >= count) return found;
      if (late.aborted) throw new Error(`${count} '${type}' wanted, read: ${JSON.stringify(this.#events)}`);
      await Promise.race([this.#news.promise, isLate]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }
}
