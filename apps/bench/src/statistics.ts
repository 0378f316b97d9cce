import type { AdapterResult, CellResult } from "./result.ts";

/** A median with the least and the greatest that were seen. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
  return { median, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}

/** What one adapter did in one cell. */
export interface Standing {
  readonly name: string;
  readonly status: AdapterResult["status"];
  readonly reason: string | undefined;
  /** Millions of bytes a second of processor time. */
  readonly megabytesPerSecond: number;
  /** Nanoseconds of processor time an event. */
  readonly nsPerEvent: number;
  /** Its time over ours, in the same round: above 1, ours is faster. */
  readonly toOurs: Spread;
}

export const OURS = "ours";
/** What does less than parsing, and shows what is possible. */
const FLOORS: ReadonlySet<string> = new Set(["decode", "body"]);
const OURS_TOO: ReadonlySet<string> = new Set([OURS, "ours-batches", "ours-stream", "baseline"]);

export function isOurs(name: string): boolean {
  return OURS_TOO.has(name);
}

export function isFloor(name: string): boolean {
  return FLOORS.has(name);
}

export function standings(cell: CellResult): Standing[] {
  const ours = cell.adapters[OURS]?.samples ?? [];
  return Object.entries(cell.adapters).map(([name, { status, reason, samples }]) => {
    const { median } = spread(samples.map((sample) => sample.cpuNs));
    const ratios = samples.flatMap((sample, i) =>
      ours[i] === undefined ? [] : sample.cpuNs / ours[i].cpuNs,
    );
    return {
      name,
      status,
      reason,
      megabytesPerSecond: (cell.bytes * 1000) / median,
      nsPerEvent: median / cell.events,
      toOurs: spread(ratios),
    };
  });
}

/** The fastest of those that are somebody else's and were complete; undefined where there is none. */
export function fastestPeer(all: readonly Standing[]): Standing | undefined {
  const peers = all.filter(({ name, status }) => status === "ok" && !isOurs(name) && !isFloor(name));
  return peers.toSorted((a, b) => a.nsPerEvent - b.nsPerEvent)[0];
}

/** How one adapter's time a byte grows with the length of a line, under one chunking. */
export interface Growth {
  readonly name: string;
  readonly chunking: string;
  /** Nanoseconds a byte, from the shortest line to the longest. */
  readonly nsPerByte: readonly number[];
  /** The longest line's over the one before, which is a quarter of it: 1 is linear, 4 is quadratic. */
  readonly lastStep: number;
}

export function growth(cells: readonly CellResult[]): Growth[] {
  const byLine = new Map<string, number[]>();
  for (const cell of cells.filter(({ id }) => id.startsWith("growth/"))) {
    for (const { name, status, nsPerEvent } of standings(cell)) {
      if (status !== "ok") continue;
      const line = `${cell.chunking} ${name}`;
      byLine.set(line, [...(byLine.get(line) ?? []), (nsPerEvent * cell.events) / cell.bytes]);
    }
  }
  return [...byLine].map(([line, nsPerByte]) => {
    const [chunking = "", name = ""] = line.split(" ");
    return { name, chunking, nsPerByte, lastStep: (nsPerByte.at(-1) ?? 0) / (nsPerByte.at(-2) ?? 0) };
  });
}
