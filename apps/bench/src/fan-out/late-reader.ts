import { MARK_BYTE, MARK_LENGTH, timeBehind } from "./tick.ts";

const GAP = Buffer.from("event: sse.gap");

/** What a client that had stopped reading finds: it looks over the borders of what comes at once. */
export class LateReader {
  hasGap = false;
  /** The time of the newest event, in microseconds. */
  newest = 0;
  #rest: Uint8Array = new Uint8Array(0);

  read(bytes: Uint8Array): void {
    const all = Buffer.concat([this.#rest, bytes]);
    this.hasGap ||= all.includes(GAP);
    const mark = all.lastIndexOf(MARK_BYTE, all.length - MARK_LENGTH);
    if (mark >= 0) this.newest = Math.max(this.newest, timeBehind(all, mark));
    this.#rest = Uint8Array.from(all.subarray(-MARK_LENGTH));
  }
}
