import type { Frame } from "./frame.ts";

/** What happens to a connection whose client reads more slowly than events come. */
export type SlowConsumer = "disconnect" | "drop-oldest" | "latest";

/** What was waiting, and the position after what was dropped before it. */
export interface Taken {
  readonly frames: readonly Frame[];
  /** The last frame that was dropped since the last take, to be announced before the first of `frames`. */
  readonly dropped: Frame | undefined;
}

/**
 * What waits for one slow client: at most so many bytes, of frames that are shared with other connections. An empty
 * queue takes one frame of any size, so that no event is too large to arrive at all.
 */
export class SendQueue {
  readonly #maxBytes: number | false;
  readonly #policy: SlowConsumer;
  /** `undefined` where a newer frame of the same key took the place. */
  #frames: (Frame | undefined)[] = [];
  /** Index of the oldest that waits: what is before it was dropped. */
  #first = 0;
  readonly #places = new Map<string, number>();
  #bytes = 0;
  #holes = 0;
  #lastDropped: Frame | undefined;
  #dropped = 0;

  constructor(maxBytes: number | false, policy: SlowConsumer) {
    this.#maxBytes = maxBytes;
    this.#policy = policy;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#frames.length === this.#first;
  }

  /** How many events this queue has dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** False: there is no room, and the policy makes none. */
  push(frame: Frame): boolean {
    const key = this.#policy === "latest" ? frame.key : undefined;
    if (key !== undefined) this.#supersede(key);
    if (this.#bytes > 0 && this.#isTooMuch(frame)) {
      if (this.#policy !== "drop-oldest") return false;
      this.#dropFor(frame);
    }
    const place = this.#frames.push(frame) - 1;
    if (key !== undefined) this.#places.set(key, place);
    this.#bytes += frame.bytes.length;
    return true;
  }

  /** Everything that waits, in order. */
  take(): Taken {
    const taken = { frames: this.#frames.filter((frame) => frame !== undefined), dropped: this.#lastDropped };
    this.clear();
    return taken;
  }

  clear(): void {
    this.#frames = [];
    this.#first = 0;
    this.#holes = 0;
    this.#places.clear();
    this.#bytes = 0;
    this.#lastDropped = undefined;
  }

  #isTooMuch(frame: Frame): boolean {
    return this.#maxBytes !== false && this.#bytes + frame.bytes.length > this.#maxBytes;
  }

  /** The older one goes and the newer one comes last, so that ids always ascend. */
  #supersede(key: string): void {
    const place = this.#places.get(key);
    const older = place === undefined ? undefined : this.#frames[place];
    if (place === undefined || older === undefined) return;
    this.#bytes -= older.bytes.length;
    this.#dropped++;
    this.#frames[place] = undefined;
    this.#places.delete(key);
    this.#holes++;
    if (this.#holes > 64 && this.#holes * 2 > this.#frames.length) this.#compact();
  }

  /** Closes the holes, or a client that never reads would cost a place for every event. */
  #compact(): void {
    this.#frames = this.#frames.filter((frame) => frame !== undefined);
    this.#holes = 0;
    this.#places.clear();
    for (const [place, frame] of this.#frames.entries()) {
      if (frame?.key !== undefined) this.#places.set(frame.key, place);
    }
  }

  /** Under this policy no frame has been superseded: from the first on all are there. */
  #dropFor(frame: Frame): void {
    while (this.#bytes > 0 && this.#isTooMuch(frame)) {
      const oldest = this.#frames[this.#first];
      if (oldest === undefined) return;
      this.#frames[this.#first++] = undefined; // its memory is free before the array is
      this.#bytes -= oldest.bytes.length;
      this.#lastDropped = oldest;
      this.#dropped++;
    }
    // What waits moves down once half the array is dead, which costs each event a constant share.
    if (this.#first < 64 || this.#first * 2 < this.#frames.length) return;
    this.#frames = this.#frames.slice(this.#first);
    this.#first = 0;
  }
}
