const WINDOW_MS = 2000;

interface Portion {
  readonly at: number;
  readonly bytes: number;
  readonly events: number;
}

/** Bytes and events, in total and per second over the last two seconds. */
export class Traffic {
  totalBytes = 0;
  #bytes = 0;
  #events = 0;
  readonly #portions: Portion[] = [];

  addBytes(bytes: number): void {
    this.totalBytes += bytes;
    this.#bytes += bytes;
  }

  addEvent(): void {
    this.#events++;
  }

  /** To be called a few times a second. */
  perSecond(now: number): { readonly bytes: number; readonly events: number } {
    this.#portions.push({ at: now, bytes: this.#bytes, events: this.#events });
    this.#bytes = 0;
    this.#events = 0;
    while (this.#portions.length > 2 && now - (this.#portions[1]?.at ?? now) >= WINDOW_MS)
      this.#portions.shift();
    const [first, ...later] = this.#portions;
    const seconds = (now - (first?.at ?? now)) / 1000;
    if (seconds <= 0) return { bytes: 0, events: 0 };
    const sum = (of: "bytes" | "events"): number => later.reduce((total, portion) => total + portion[of], 0);
    return { bytes: sum("bytes") / seconds, events: sum("events") / seconds };
  }
}
