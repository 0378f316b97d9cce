import type { Stamp } from "../contract.ts";

/** One numbered feed, as far as it came. */
interface Feed {
  run: number;
  /** The number that comes next if nothing is wrong. */
  next: number;
  /** Numbers that were passed over, and may still come late. */
  readonly missing: Set<number>;
  /** The server said that something is missing, and this feed has not gone on since. */
  gap: boolean;
}

/**
 * Counts what became of every event. It trusts nothing but the numbers that the publisher put into the data: the
 * client library and the wire could both be wrong, and it would show.
 */
export class Ledger {
  received = 0;
  lost = 0;
  duplicated = 0;
  disordered = 0;
  /** Gaps that the server announced, and the events in them that can be counted. */
  gaps = 0;
  skipped = 0;
  readonly #feeds = new Map<string, Feed>();

  /** Where a feed stands before its first event here: what the page was rendered with. */
  begin(name: string, { run, n }: Stamp): void {
    this.#feeds.set(name, { run, next: n + 1, missing: new Set(), gap: false });
  }

  /** The server announced that events are missing here. */
  gap(): void {
    this.gaps++;
    for (const feed of this.#feeds.values()) feed.gap = true;
  }

  take(name: string, { run, n }: Stamp): void {
    this.received++;
    const feed = this.#feeds.get(name);
    if (feed === undefined) this.begin(name, { run, n });
    else if (run !== feed.run) this.#takeOtherRun(name, feed, { run, n });
    else if (n < feed.next) this.#takeOld(feed, n);
    else this.#takeNew(feed, n);
  }

  #takeNew(feed: Feed, n: number): void {
    const between = n - feed.next;
    if (feed.gap) this.skipped += between;
    else {
      this.lost += between;
      for (let number = feed.next; number < n; number++) feed.missing.add(number);
    }
    feed.next = n + 1;
    feed.gap = false;
  }

  #takeOld(feed: Feed, n: number): void {
    if (feed.missing.delete(n)) {
      this.lost--;
      this.disordered++;
    } else this.duplicated++;
  }

  /** Another server process numbers from 1 again. What its predecessor sent last nobody can know: that is a gap. */
  #takeOtherRun(name: string, feed: Feed, stamp: Stamp): void {
    if (stamp.run < feed.run) {
      this.disordered++;
      return;
    }
    if (!feed.gap) this.lost += Math.max(1, stamp.n - 1); // nobody said so: a silent hole
    this.begin(name, stamp);
  }
}
