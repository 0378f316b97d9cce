/** Chance that can be repeated: the same seed gives the same numbers. "mulberry32". */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, but not, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  shuffle<T>(given: readonly T[]): T[] {
    const items = given.map((item) => ({ item, at: this.next() }));
    return items.sort((a, b) => a.at - b.at).map(({ item }) => item);
  }
}
