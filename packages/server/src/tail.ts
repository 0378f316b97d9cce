import type { Frame } from "./frame.ts";

const MAX_BYTES = 1_048_576;

/**
 * What came in live while connections were reading the log: shared references, so that one which read up to a moment
 * ago can go over without asking once more, and once more. Where it does not reach back far enough, the log is asked.
 */
export class Tail {
  #frames: Frame[] = [];
  #bytes = 0;
  /** Everything after this is here; `undefined` while nobody needs it. */
  #after: number | undefined;
  #readers = 0;

  open(head: number): void {
    if (this.#readers++ === 0) this.restart(head);
  }

  close(): void {
    if (--this.#readers > 0) return;
    this.#after = undefined;
    this.#frames = [];
    this.#bytes = 0;
  }

  /** Forgets everything: the log goes on from here, or is another one. */
  restart(head: number): void {
    this.#after = this.#readers > 0 ? head : undefined;
    this.#frames = [];
    this.#bytes = 0;
  }

  push(frame: Frame): void {
    if (this.#after === undefined) return;
    this.#frames.push(frame);
    this.#bytes += frame.bytes.length;
    if (this.#bytes > MAX_BYTES) this.restart(frame.offset);
  }

  /** The events of these channels after an offset; `undefined` where some may be missing. */
  since(offset: number, channels: readonly string[]): readonly Frame[] | undefined {
    if (this.#after === undefined || offset < this.#after) return undefined;
    return this.#frames.filter((frame) => frame.offset > offset && channels.includes(frame.channel));
  }
}
