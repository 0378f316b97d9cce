/** The oracle for one client: it knows what each channel has to bring next, and what an announced gap excuses. */
export class Witness {
  readonly #name: string;
  readonly #problem: (text: string) => void;
  /** The last number seen on each channel. */
  readonly #last = new Map<string, number>();
  /** Channels on which numbers may be missing since the last gap. */
  readonly #excused = new Set<string>();
  #lastEventId = "";
  #lastTime = performance.now();
  events = 0;
  longestSilenceMs = 0;
  /** Why, for each gap that was announced. */
  readonly gaps: string[] = [];

  constructor(name: string, channels: readonly string[], problem: (text: string) => void) {
    this.#name = name;
    this.#problem = problem;
    for (const channel of channels) this.#last.set(channel, 0);
  }

  /** A number came on a channel. */
  saw(channel: string, n: number, lastEventId: string): void {
    this.events++;
    const now = performance.now();
    this.longestSilenceMs = Math.max(this.longestSilenceMs, now - this.#lastTime);
    this.#lastTime = now;
    const last = this.#last.get(channel);
    if (last === undefined) {
      this.#problem(`${this.#name} got ${channel}, to which it did not subscribe`);
      return;
    }
    // A log that was lost may have lost the answer to a publish, too, which was then made again: the same number once
    // more is excused where the gap is, and never anything older.
    const isExcused = this.#excused.delete(channel) && n >= last;
    if (n !== last + 1 && !isExcused) {
      this.#problem(
        `${this.#name} got ${channel} ${n} after ${last}, at ${lastEventId} after ${this.#lastEventId}`,
      );
    }
    this.#last.set(channel, n);
    this.#lastEventId = lastEventId;
  }

  /** A gap was announced, from a position to another. */
  gap(from: string, reason: string, lastEventId: string): void {
    this.gaps.push(reason);
    if (lastEventId === "" || lastEventId === from) {
      this.#problem(`${this.#name} was told of a gap from ${from} that leads nowhere: ${lastEventId}`);
    }
    for (const channel of this.#last.keys()) this.#excused.add(channel);
    this.#lastEventId = lastEventId;
  }

  /** What is missing of these last numbers; a channel whose end fell into a gap misses nothing. */
  missing(expected: ReadonlyMap<string, number>): string[] {
    return [...this.#last]
      .filter(([channel, last]) => last !== expected.get(channel) && !this.#excused.has(channel))
      .map(([channel, last]) => `${this.#name} has ${channel} up to ${last} of ${expected.get(channel)}`);
  }
}
