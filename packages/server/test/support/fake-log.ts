import type {
  Backplane,
  BackplaneListener,
  BackplaneSubscription,
  ReplayPage,
} from "../../src/backplane/backplane.ts";
import { memoryBackplane } from "../../src/backplane/memory.ts";
import type { BackplaneMessage, Position } from "../../src/backplane/message.ts";
import type { Frame } from "../../src/frame.ts";

/**
 * A log that is far away: it answers a replay when the test says so, and this process hears of events when the test
 * says so, in order. What it answers is the truth of the moment in which it was asked.
 */
export class FakeLog implements Backplane {
  /** False: it answers and delivers at once. */
  #isSlow = true;
  #log = memoryBackplane();
  #listener: BackplaneListener | undefined;
  #arriving: ({ readonly frame: Frame } | { readonly reset: Position })[] = [];
  #answers: (() => void)[] = [];
  /** How many events this process has been given. */
  delivered = 0;
  /** How often it was asked for a page. */
  replays = 0;

  constructor() {
    this.#follow();
  }

  set isSlow(slow: boolean) {
    this.#isSlow = slow;
    if (slow) return;
    this.deliver(Number.POSITIVE_INFINITY);
    while (this.#answers.length > 0) this.answer();
  }

  publish(message: BackplaneMessage): Promise<Position> {
    return this.#log.publish(message);
  }

  async subscribe(listener: BackplaneListener): Promise<BackplaneSubscription> {
    this.#listener = listener;
    const { epoch, offset } = await this.#log.head();
    // What was published before and is still on its way is after the position.
    const waiting = this.#arriving.filter((one) => "frame" in one).length;
    return { position: { epoch, offset: offset - waiting }, close: async () => {} };
  }

  async replay(after: Position, channels: readonly string[]): Promise<ReplayPage> {
    this.replays++;
    const page = await this.#log.replay(after, channels, 200);
    if (this.#isSlow) await new Promise<void>((resolve) => this.#answers.push(resolve));
    return page;
  }

  head(): Promise<Position> {
    return this.#log.head();
  }

  /** Gives this process the next events that it has not heard of. */
  deliver(count: number): void {
    for (const one of this.#arriving.splice(0, count)) {
      if ("reset" in one) this.#listener?.onReset(one.reset);
      else {
        this.delivered++;
        this.#listener?.onFrames([one.frame]);
      }
    }
  }

  /** Lets the oldest replay that waits have its answer. */
  answer(): void {
    this.#answers.shift()?.();
  }

  /** The log is gone, and another one is in its place. */
  async lose(): Promise<void> {
    this.#log = memoryBackplane();
    const reset = await this.#log.head();
    this.#arriving.push({ reset });
    this.#follow();
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  #follow(): void {
    void this.#log.subscribe({
      onFrames: (frames) => {
        for (const frame of frames) this.#arriving.push({ frame });
        if (!this.#isSlow) this.deliver(Number.POSITIVE_INFINITY);
      },
      onReset: () => {},
    });
  }
}
