import { TOTAL } from "./site.ts";
import type { Sighting } from "./watch.ts";

/** What a sighting comes to, in the words of `words.ts`; anything else is a defect, described. */
export function judge(sighting: Sighting, cameBack: boolean, leastMs = 0): string {
  const { events, end, code, retries, gaps, issues } = sighting;
  const seen = `${events.join(", ") || "nothing"}; ${end}; ${retries.length} retries`;
  if (gaps.length > 0)
    return gaps.join() === "0" && isRun(events) && events.at(-1) === TOTAL
      ? afterGap(end)
      : `gaps at ${gaps}: ${seen}`;
  if (!isRun(events) || (events[0] ?? 1) !== 1) {
    const left = issues.length === 1 && isAscending(events) && events.length === TOTAL - 1;
    return left ? "one event left out, told" : `out of order, twice or lost: ${seen}`;
  }
  if (end === "failed") return `fails: ${code}`;
  if (end === "still trying") return waits(sighting, leastMs);
  if (end === "stopped") return "finished";
  if (events.length < TOTAL) return "ends early, not told";
  if (issues.includes("id")) return "one id not taken, told";
  if (!cameBack) return "all, once, in order";
  const asked = leastMs > 0 && retries.every(({ delayMs }) => delayMs >= leastMs);
  return asked ? "comes back as asked; all, once, in order" : "comes back; all, once, in order";
}

function afterGap(end: Sighting["end"]): string {
  return end === "ended" ? "comes back; gap told, then the rest" : `a gap, and ${end}`;
}

function isRun(events: readonly number[]): boolean {
  return events.every((n, at) => at === 0 || n === (events[at - 1] ?? 0) + 1);
}

function isAscending(events: readonly number[]): boolean {
  return events.every((n, at) => at === 0 || n > (events[at - 1] ?? 0));
}

/** Rows that wait begin with 2 ms at most. A busy machine only adds to waits that are measured and not announced. */
function waits({ retries, announced }: Sighting, leastMs: number): string {
  const delays = retries.map(({ delayMs }) => delayMs);
  if (leastMs > 0 && delays.every((delay) => delay >= leastMs)) return "retries, at the least wait";
  const first = announced ? sum(delays.slice(0, 5)) : 0;
  const last = sum(delays.slice(-5));
  return last > Math.max(100, first)
    ? "retries, backing off"
    : `retries without waiting longer: ${delays.map(Math.round)}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
