import { aboutCell } from "../cells.ts";
import type { CellResult, RunResult } from "../result.ts";
import { fastestPeer, OURS, type Standing, standings } from "../statistics.ts";
import { format, times } from "../table.ts";
import { label } from "./labels.ts";

type Figure = (standing: Standing, cell: CellResult) => string;

/** Every cell of one workload: a row each, a column for everybody who takes part anywhere. */
export function workloadTable(result: RunResult, workload: string, figure: Figure): string[] {
  const cells = result.cells.filter(({ id }) => id.startsWith(`${workload}/`));
  const names = [...new Set(cells.flatMap((cell) => Object.keys(cell.adapters)))];
  const head = [
    "",
    ...names.map((name) => (name === OURS ? `**${label(name)}**` : label(name))),
    "to the fastest peer",
  ];
  const rows = cells.map((cell) => {
    const all = standings(cell);
    const figures = names.map((name) => {
      const standing = all.find((one) => one.name === name);
      return standing?.status === "ok" ? figure(standing, cell) : "–";
    });
    return [aboutCell(cell), ...figures, ratioToFastest(all)];
  });
  return table(head, rows);
}

/** Ours over the fastest peer of the same run, for every runtime that measured the cell. */
export function runtimeTable(results: readonly RunResult[]): string[] {
  const ids = [...new Set(results.flatMap(({ cells }) => cells.map(({ id }) => id)))];
  const head = ["", ...results.map(({ runtime, versions }) => `${label(runtime)} ${versions[runtime]}`)];
  const shared = ids.filter((id) => !id.startsWith("growth/"));
  const rows = shared.map((id) => {
    const cells = results.map((result) => result.cells.find((cell) => cell.id === id));
    const some = cells.find((cell) => cell !== undefined);
    const about = some === undefined ? id : `${workloadName(id)}: ${aboutCell(some)}`;
    return [about, ...cells.map((cell) => (cell === undefined ? "–" : ratioToFastest(standings(cell))))];
  });
  return table(head, rows);
}

export const megabytes: Figure = (standing) => format(standing.megabytesPerSecond);
export const nanoseconds: Figure = (standing) => format(standing.nsPerEvent);
export const nanosecondsPerByte: Figure = (standing, cell) =>
  ((standing.nsPerEvent * cell.events) / cell.bytes).toFixed(3);

function workloadName(id: string): string {
  if (id.startsWith("callback/")) return "parse";
  if (id.startsWith("bodyCallback/")) return "body, by callback";
  if (id.startsWith("iterator/")) return "body, by iterator";
  return id.startsWith("text/") ? "to text" : "to bytes";
}

function ratioToFastest(all: readonly Standing[]): string {
  const peer = fastestPeer(all);
  if (peer === undefined || Number.isNaN(peer.toOurs.median)) return "–";
  const { median, min, max } = peer.toOurs;
  return `**${times(median)}** (${min.toFixed(2)} to ${max.toFixed(2)}) ${label(peer.name)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const rule = head.map((_, i) => (i === 0 ? "---" : "--:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}
