import type { CellResult } from "./result.ts";
import { fastestPeer, growth, OURS, type Standing, standings } from "./statistics.ts";

/** The lines that one cell adds to the terminal: ours against the peer to beat, then everybody. */
export function cellLines(cell: CellResult): string[] {
  const all = standings(cell);
  const lines = [`${cell.runtime}  ${cell.id}  ${verdict(cell, all)}`];
  for (const standing of all.toSorted((a, b) => (a.nsPerEvent || Infinity) - (b.nsPerEvent || Infinity))) {
    lines.push(`    ${standingLine(standing)}`);
  }
  return lines;
}

/** Whether the target was reached, against whom, and how sure that is. */
function verdict({ target }: CellResult, all: readonly Standing[]): string {
  const ours = all.find(({ name }) => name === OURS);
  if (ours?.status !== "ok") return `✗ ours: ${ours?.reason ?? "not measured"}`;
  const fastest = fastestPeer(all);
  if (fastest === undefined) return "no peer to compare with";
  const named = all.find(({ name, status }) => name === target.peer && status === "ok") ?? fastest;
  const reached = named.toOurs.median >= target.ratio && fastest.toOurs.median >= 1;
  const rest = named === fastest ? "" : `; fastest is ${fastest.name}, ${ratio(fastest)}`;
  return `${reached ? "✓" : "✗"} ${ratio(named)} ${named.name}, target ${times(target.ratio)}${rest}`;
}

function ratio({ toOurs }: Standing): string {
  return `${times(toOurs.median)} (${times(toOurs.min)} to ${times(toOurs.max)})`;
}

function standingLine({ name, status, reason, megabytesPerSecond, nsPerEvent, toOurs }: Standing): string {
  if (status !== "ok") return `${name.padEnd(24)} ${status}: ${reason}`;
  const speed = `${format(megabytesPerSecond)} MB/s`.padStart(14);
  const each = `${format(nsPerEvent)} ns/event`.padStart(24);
  return `${name.padEnd(24)}${speed}${each}${name === OURS ? "" : `   ours is ${times(toOurs.median)}`}`;
}

export function times(ratio: number): string {
  return `${ratio.toFixed(2)}×`;
}

/** Three digits that count. */
export function format(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** What a run came to: every cell in a line, those that missed their target last. */
export function summary(runtime: string, cells: readonly CellResult[]): string[] {
  const verdicts = cells.map((cell) => `${verdict(cell, standings(cell))}  ${cell.id}`);
  const missed = verdicts.filter((line) => line.startsWith("✗"));
  const reached = verdicts.filter((line) => line.startsWith("✓"));
  const count = `${runtime}: ${reached.length} of ${cells.length} cells reached their target.`;
  return [...growthLines(cells), "", count, ...reached, ...missed, ""];
}

/** A quadratic reader's last step is 4; what memory and caches cost is less than 2. */
const LINEAR = 2;

function growthLines(cells: readonly CellResult[]): string[] {
  const all = growth(cells);
  if (all.length === 0) return [];
  const lines = all.map(({ name, chunking, nsPerByte, lastStep }) => {
    const figures = nsPerByte.map((value) => value.toFixed(3)).join("  ");
    return `${lastStep < LINEAR ? "✓" : "✗"} ${name} in chunks of ${chunking}: ${figures}`;
  });
  return ["", "ns a byte of one line, from the shortest line to the longest:", ...lines];
}
