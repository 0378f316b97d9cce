import { aboutCell } from "../cells.ts";
import type { CellResult, RunResult } from "../result.ts";
import { fastestPeer, isFloor, isOurs, type Standing, standings } from "../statistics.ts";
import { format, times } from "../table.ts";
import { type Bar, barChart } from "./chart.ts";
import { label } from "./labels.ts";

/** The pictures of the page, by file name. */
export function charts(result: RunResult): Map<string, string> {
  const version = `${label(result.runtime)} ${result.versions[result.runtime]}`;
  const files = new Map<string, string>();
  const add = (
    file: string,
    id: string,
    title: string,
    draw: (cell: CellResult) => Parameters<typeof barChart>[0],
  ) => {
    const cell = result.cells.find((one) => one.id === id);
    if (cell !== undefined) files.set(file, barChart({ ...draw(cell), title }));
  };
  const speed = (cell: CellResult) => speedChart(cell, version);
  const cost = (cell: CellResult) => costChart(cell, version);
  files.set("ratios.svg", ratioChart(result, version));
  add("parse-llm-64k.svg", "callback/llm/64k", "Bytes to events: LLM tokens in chunks of 64 KB", speed);
  add("parse-llm-event.svg", "callback/llm/event", "Bytes to events: LLM tokens, one event a chunk", speed);
  add("read-llm-event.svg", "iterator/llm/event", "A body to events: LLM tokens, one event a chunk", cost);
  add("read-llm-64k.svg", "iterator/llm/64k", "A body to events: LLM tokens in chunks of 64 KB", cost);
  add("write-ticks.svg", "text/ticks/event", "Events to text: ticks", cost);
  return files;
}

function speedChart(cell: CellResult, version: string): Parameters<typeof barChart>[0] {
  return {
    title: "",
    subtitle: `MB/s of processor time, more is better. ${version}`,
    bars: bars(cell, (standing) => standing.megabytesPerSecond),
    show: format,
  };
}

function costChart(cell: CellResult, version: string): Parameters<typeof barChart>[0] {
  return {
    title: "",
    subtitle: `ns of processor time an event, less is better. ${version}`,
    bars: bars(cell, (standing) => standing.nsPerEvent),
    show: format,
  };
}

function bars(cell: CellResult, value: (standing: Standing) => number): Bar[] {
  const timed = standings(cell).filter(({ status }) => status === "ok");
  const sorted = timed.toSorted((a, b) => a.nsPerEvent - b.nsPerEvent);
  return sorted.map((standing) => {
    const kind = isOurs(standing.name) ? "ours" : isFloor(standing.name) ? "floor" : "peer";
    return { label: label(standing.name), value: value(standing), kind };
  });
}

function ratioChart(result: RunResult, version: string): string {
  const rows = result.cells.filter(({ id }) => id.startsWith("callback/"));
  return barChart({
    title: "How many times as fast as the fastest other parser",
    subtitle: `Bytes to events by callback; the line is that parser. ${version}`,
    show: times,
    mark: 1,
    bars: rows.flatMap((cell) => {
      const peer = fastestPeer(standings(cell));
      const name = aboutCell(cell, "short");
      return peer === undefined ? [] : [{ label: name, value: peer.toOurs.median, kind: "ours" as const }];
    }),
  });
}
