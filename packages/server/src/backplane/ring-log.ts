import type { Frame } from "../frame.ts";

export interface RingLogLimits {
  /** False: no limit. */
  readonly maxEvents: number | false;
  readonly maxBytes: number | false;
  readonly maxAgeMs: number | false;
}

/** Channels whose trimmed offsets are remembered one by one; the others are known together, by the highest. */
const MAX_TRIMMED_CHANNELS = 10_000;
/** How many events one read looks at: a rare channel in a long log must not hold up the event loop. */
const MAX_SCANNED = 8_192;

/**
 * The newest events of a log with dense offsets, within limits of count, bytes and age, and for each channel the
 * highest offset that was let go: so a busy channel does not make a quiet one look incomplete.
 */
export class RingLog {
  readonly #limits: RingLogLimits;
  readonly #now: () => number;
  #frames: (Frame | undefined)[] = [];
  #times: number[] = [];
  /** Index of the oldest event that is kept. */
  #first = 0;
  #bytes = 0;
  readonly #trimmed = new Map<string, number>();
  #trimmedElsewhere = 0;

  constructor(limits: RingLogLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  get size(): number {
    return this.#frames.length - this.#first;
  }

  get bytes(): number {
    return this.#bytes;
  }

  append(frame: Frame): void {
    this.#frames.push(frame);
    this.#times.push(this.#now());
    this.#bytes += frame.bytes.length;
    this.trim();
  }

  /** Lets go of what is past the limits; what is exactly at one stays. */
  trim(): void {
    while (this.size > 0 && this.#isOver()) this.#letGo();
    // What is kept moves down once half the array is dead, which costs each event a constant share.
    if (this.#first > 1024 && this.#first * 2 > this.#frames.length) {
      this.#frames = this.#frames.slice(this.#first);
      this.#times = this.#times.slice(this.#first);
      this.#first = 0;
    }
  }

  /** The events of these channels after an offset, and the offset up to which the log was read for them. */
  read(
    after: number,
    channels: ReadonlySet<string>,
    maxBytes: number,
  ): { readonly frames: readonly Frame[]; readonly upTo: number | undefined } {
    const frames: Frame[] = [];
    let bytes = 0;
    const start = this.#indexAfter(after);
    const end = Math.min(this.#frames.length, start + MAX_SCANNED);
    for (let index = start; index < end; index++) {
      const frame = this.#frames[index]!; // from #first on all are there
      if (!channels.has(frame.channel)) continue;
      if (frames.length > 0 && bytes + frame.bytes.length > maxBytes)
        return { frames, upTo: frame.offset - 1 };
      bytes += frame.bytes.length;
      frames.push(frame);
    }
    return { frames, upTo: this.#frames[end - 1]?.offset };
  }

  /** The highest offset of these channels that was let go; 0 where everything is kept. */
  trimmedOf(channels: Iterable<string>): number {
    let highest = 0;
    for (const channel of channels) {
      highest = Math.max(highest, this.#trimmed.get(channel) ?? this.#trimmedElsewhere);
    }
    return highest;
  }

  #isOver(): boolean {
    const { maxEvents, maxBytes, maxAgeMs } = this.#limits;
    if (maxEvents !== false && this.size > maxEvents) return true;
    if (maxBytes !== false && this.#bytes > maxBytes) return true;
    return maxAgeMs !== false && this.#now() - this.#times[this.#first]! > maxAgeMs; // size > 0
  }

  #letGo(): void {
    const { channel, offset, bytes } = this.#frames[this.#first]!; // size > 0
    this.#frames[this.#first++] = undefined; // its memory is free before the array is
    this.#bytes -= bytes.length;
    this.#trimmed.delete(channel); // to the end: the map stays in the order of offsets
    this.#trimmed.set(channel, offset);
    if (this.#trimmed.size <= MAX_TRIMMED_CHANNELS) return;
    const [oldest] = this.#trimmed;
    if (oldest === undefined) return;
    this.#trimmed.delete(oldest[0]);
    this.#trimmedElsewhere = oldest[1];
  }

  /** Offsets are dense, so the index follows from the first. */
  #indexAfter(after: number): number {
    const oldest = this.#frames[this.#first]?.offset;
    if (oldest === undefined) return this.#frames.length;
    return Math.min(this.#frames.length, Math.max(this.#first, this.#first + after + 1 - oldest));
  }
}
