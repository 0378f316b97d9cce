import { type Frame, gapFrame } from "./frame.ts";

/** What happens to a connection whose client reads more slowly than events come. */
export type SlowConsumer = "disconnect" | "drop-oldest" | "latest";

/**
 * What waits for one slow client: at most so many bytes, of frames that are shared with other connections. An
 * empty queue takes one frame of any size, so that no event is too large to arrive at all.
 */
export class SendQueue {
  readonly #maxBytes: number;
  readonly #policy: SlowConsumer;
  /** `undefined` where a newer frame of the same key took the place. */
  #frames: (Frame | undefined)[] = [];
  readonly #places = new Map<string, number>();
  #bytes = 0;
  /** [DESIGN 10.8] The first frame that was dropped since the last take, and the last. */
  #droppedFrom: string | undefined;
  #droppedTo: string | undefined;
  #dropped = 0;
  readonly #from: () => string;

  /** `from` tells the id that the client has, for the gap that announces what was dropped. */
  constructor(maxBytes: number, policy: SlowConsumer, from: () => string) {
    this.#maxBytes = maxBytes;
    this.#policy = policy;
    this.#from = from;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  /** The events that this queue has dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** False: there is no room, and the policy does not make any. */
  push(frame: Frame): boolean {
    if (this.#policy === "latest" && frame.key !== undefined) this.#supersede(frame.key);
    if (this.#frames.length > 0 && this.#bytes + frame.bytes.length > this.#maxBytes) {
      if (this.#policy !== "drop-oldest" || !this.#dropUntilFits(frame)) return false;
    }
    const place = this.#frames.push(frame) - 1;
    if (this.#policy === "latest" && frame.key !== undefined) this.#places.set(frame.key, place);
    this.#bytes += frame.bytes.length;
    return true;
  }

  /** Takes these whatever the budget says. */
  admit(frames: readonly Frame[]): void {
    for (const frame of frames) {
      this.#frames.push(frame);
      this.#bytes += frame.bytes.length;
    }
  }

  /** Everything that waits, in order, behind the gap that stands for what was dropped. */
  takeAll(): Frame[] {
    const waiting = this.#frames;
    const frames =
      this.#places.size === 0 ? (waiting as Frame[]) : waiting.filter((frame) => frame !== undefined);
    this.#frames = [];
    this.#places.clear();
    this.#bytes = 0;
    if (this.#droppedTo !== undefined) {
      frames.unshift(gapFrame(this.#droppedTo, this.#droppedFrom ?? "", "overflow"));
      this.#droppedFrom = this.#droppedTo = undefined;
    }
    return frames;
  }

  clear(): void {
    this.#frames = [];
    this.#places.clear();
    this.#bytes = 0;
    this.#droppedFrom = this.#droppedTo = undefined;
  }

  #supersede(key: string): void {
    const place = this.#places.get(key);
    if (place === undefined) return;
    this.#bytes -= (this.#frames[place] as Frame).bytes.length;
    this.#frames[place] = undefined;
    this.#places.delete(key);
  }

  #dropUntilFits(frame: Frame): boolean {
    let count = 0;
    let bytes = this.#bytes;
    while (count < this.#frames.length && bytes + frame.bytes.length > this.#maxBytes) {
      bytes -= (this.#frames[count] as Frame).bytes.length;
      count++;
    }
    const dropped = (this.#frames.splice(0, count) as Frame[]).filter((one) => one.id !== undefined);
    this.#bytes = bytes;
    this.#dropped += dropped.length;
    if (dropped.length > 0) {
      this.#droppedFrom ??= this.#from();
      this.#droppedTo = dropped.at(-1)?.id;
    }
    return true;
  }
}
