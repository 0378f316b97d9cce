import type { LoggedMessage } from "./backplane.ts";

export interface RingLogLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
  /** 0: no limit. */
  readonly maxAgeMs: number;
}

interface Entry {
  readonly message: LoggedMessage;
  readonly at: number;
}

/** Channels whose trimmed offsets are remembered one by one; beyond that they are known together, as the highest. */
const MAX_TRIMMED_CHANNELS = 10_000;

/**
 * The newest events of a log, within limits of count, bytes and age, and for each channel the highest offset that
 * was let go: so a busy channel does not make a quiet one look incomplete.
 */
export class RingLog {
  readonly #limits: RingLogLimits;
  readonly #now: () => number;
  #entries: Entry[] = [];
  #first = 0; // index of the oldest entry that is kept
  #bytes = 0;
  readonly #trimmed = new Map<string, number>();
  #trimmedElsewhere = 0;

  constructor(limits: RingLogLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  get size(): number {
    return this.#entries.length - this.#first;
  }

  get bytes(): number {
    return this.#bytes;
  }

  append(message: LoggedMessage): void {
    this.#entries.push({ message, at: this.#now() });
    this.#bytes += message.payload.length;
    this.trim();
  }

  /** Lets go of what is past the limits. An event over `maxBytes` alone is let go at once. */
  trim(): void {
    const { maxEvents, maxBytes, maxAgeMs } = this.#limits;
    const oldest = maxAgeMs === 0 ? Number.NEGATIVE_INFINITY : this.#now() - maxAgeMs;
    while (this.size > 0) {
      const entry = this.#entries[this.#first] as Entry;
      if (this.size <= maxEvents && this.#bytes <= maxBytes && entry.at >= oldest) break;
      this.#letGo(entry.message);
    }
    // Indices are moved down once half the array is dead, which costs each entry a constant share.
    if (this.#first > 1024 && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
  }

  /** The events of these channels after an offset, and how far the log was read for them. */
  read(
    after: number,
    channels: ReadonlySet<string>,
    limit: number,
  ): { messages: LoggedMessage[]; upTo: number | undefined } {
    const messages: LoggedMessage[] = [];
    for (let index = this.#indexAfter(after); index < this.#entries.length; index++) {
      const { message } = this.#entries[index] as Entry;
      if (!channels.has(message.channel)) continue;
      if (messages.length === limit) return { messages, upTo: messages.at(-1)?.offset };
      messages.push(message);
    }
    return { messages, upTo: undefined };
  }

  /** The highest offset of these channels that was let go; 0 where everything is kept. */
  trimmedOf(channels: Iterable<string>): number {
    let highest = 0;
    for (const channel of channels) {
      highest = Math.max(highest, this.#trimmed.get(channel) ?? this.#trimmedElsewhere);
    }
    return highest;
  }

  #letGo(message: LoggedMessage): void {
    this.#entries[this.#first++] = undefined as never; // its memory is free before the array is
    this.#bytes -= message.payload.length;
    this.#trimmed.delete(message.channel); // to the end: the map keeps the channels trimmed last
    this.#trimmed.set(message.channel, message.offset);
    if (this.#trimmed.size <= MAX_TRIMMED_CHANNELS) return;
    const [channel, offset] = this.#trimmed.entries().next().value as [string, number];
    this.#trimmed.delete(channel);
    this.#trimmedElsewhere = Math.max(this.#trimmedElsewhere, offset);
  }

  /** Offsets are dense, so the index follows from the first. */
  #indexAfter(after: number): number {
    const oldest = this.#entries[this.#first]?.message.offset;
    return oldest === undefined
      ? this.#entries.length
      : Math.max(this.#first, this.#first + after + 1 - oldest);
  }
}
