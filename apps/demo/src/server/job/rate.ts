const WINDOW_MS = 3000;

/** How fast a count grows, over the last seconds: steady enough to tell the time left from. */
export class Rate {
  readonly #points: { readonly at: number; readonly count: number }[] = [];

  /** Takes a count at a time in milliseconds and gives the rate in counts per second; 0 at the first. */
  at(now: number, count: number): number {
    this.#points.push({ at: now, count });
    while (this.#points.length > 2 && now - (this.#points[0]?.at ?? now) > WINDOW_MS) this.#points.shift();
    const first = this.#points[0];
    if (first === undefined || now <= first.at) return 0;
    return ((count - first.count) / (now - first.at)) * 1000;
  }
}
