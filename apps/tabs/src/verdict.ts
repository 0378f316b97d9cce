import { STOLE } from "./contract.ts";
import type { Absence, Change, Fleet } from "./fleet.ts";
import type { NumbersServer } from "./server.ts";

/** What is promised, counted over the lives of all tabs. */
export interface Verdict {
  readonly lives: number;
  readonly events: number;
  readonly lost: number;
  readonly repeated: number;
  readonly disordered: number;
  readonly gaps: number;
  /** The longest time in which a tab that was there heard nothing. */
  readonly silenceMs: number;
  /** The longest time in which two connections were open, and the older one was being read. */
  readonly overlapMs: number;
}

export function verdict(server: NumbersServer, fleet: Fleet): Verdict {
  const sums = { lives: 0, events: 0, lost: 0, repeated: 0, disordered: 0, gaps: 0, silenceMs: 0 };
  for (const [tab, entries] of server.tabs) {
    sums.lives++;
    const had = new Set<number>();
    let last: readonly [number, number] | undefined;
    for (const [what, at] of entries) {
      if (typeof what !== "number") {
        if (what.startsWith("gap")) sums.gaps++;
        continue;
      }
      sums.events++;
      if (had.has(what)) sums.repeated++;
      else if (last !== undefined && what < last[0]) sums.disordered++;
      if (last !== undefined && what > last[0]) sums.lost += what - last[0] - 1;
      if (last !== undefined && !isAbsent(fleet.absences, tab, last[1], at))
        sums.silenceMs = Math.max(sums.silenceMs, at - last[1]);
      had.add(what);
      last = [what, at];
    }
  }
  return { ...sums, overlapMs: overlapMs(server, fleet) };
}

function isAbsent(absences: readonly Absence[], tab: string, from: number, to: number): boolean {
  return absences.some((one) => one.tab === tab && one.from <= to && from <= one.to);
}

function overlapMs({ readings }: NumbersServer, fleet: Fleet): number {
  let longest = 0;
  for (const [index, older] of readings.entries()) {
    for (const newer of readings.slice(index + 1)) {
      if (newer.from >= (older.to ?? Number.POSITIVE_INFINITY)) break;
      const to = Math.min(older.to ?? newer.from, newer.to ?? Number.POSITIVE_INFINITY);
      // A tab that hangs does not read.
      const hangs = fleet.absences.filter(({ way }) => way === "hang");
      if (!isAbsent(hangs, older.tab, newer.from, to)) longest = Math.max(longest, to - newer.from);
    }
  }
  return longest;
}

/** How far the clocks of two processes may be apart. */
const APART_MS = 100;

/** Whether the next leader took the lock by force, since it did not hear that the last one let go. */
export function wasForced({ tabs }: NumbersServer, { at, next }: Change): boolean {
  const isOfThis = (when: number): boolean => when >= at - APART_MS && when <= next.from + APART_MS;
  return tabs.get(next.tab)?.some(([what, when]) => what === STOLE && isOfThis(when)) === true;
}

const LEFT: ReadonlySet<unknown> = new Set(["gone", "kept", "frozen"]);

/**
 * How long nobody read after a leader left: from its `pagehide` or `freeze` to the next request, at the server.
 * A crashed one says nothing: there it is from the end of its connection.
 */
export function takeoverMs({ tabs }: NumbersServer, { at: done, old, next }: Change): number {
  const left = tabs.get(old.tab)?.findLast(([what, at]) => LEFT.has(what) && at >= done && at < next.from);
  return next.from - (left?.[1] ?? old.to ?? next.from);
}

/** The value that so many hundredths of all do not pass. */
export function percentile(values: readonly number[], hundredth: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil((sorted.length * hundredth) / 100) - 1] ?? 0;
}
