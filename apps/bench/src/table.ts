import type { CellResult } from "./result.ts";
import { fastestPeer, OURS, type Standing, standings } from "./statistics.ts";

/** The lines that one cell adds to the terminal: ours against the fastest peer, then everybody. */
export function cellLines(cell: CellResult): string[] {
  const all = standings(cell);
  const peer = fastestPeer(all);
  const ours = all.find(({ name }) => name === OURS);
  const lines = [`${cell.runtime}  ${cell.id}  ${verdict(cell, peer, ours)}`];
  for (const standing of all.toSorted((a, b) => (a.nsPerEvent || Infinity) - (b.nsPerEvent || Infinity))) {
    lines.push(`    ${standingLine(standing)}`);
  }
  return lines;
}

/** Whether the target was reached, and how sure that is. */
function verdict(cell: CellResult, peer: Standing | undefined, ours: Standing | undefined): string {
  if (ours?.status !== "ok") return `✗ ours: ${ours?.reason ?? "not measured"}`;
  if (peer === undefined) return "no peer to compare with";
  const { median, min, max } = peer.toOurs;
  const mark = median >= cell.target ? "✓" : "✗";
  return `${mark} ${times(median)} (${times(min)} to ${times(max)}) ${peer.name}, target ${times(cell.target)}`;
}

function standingLine({ name, status, reason, megabytesPerSecond, nsPerEvent, toOurs }: Standing): string {
  if (status !== "ok") return `${name.padEnd(24)} ${status}: ${reason}`;
  const speed = `${format(megabytesPerSecond)} MB/s`.padStart(14);
  const each = `${format(nsPerEvent)} ns/event`.padStart(20);
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
