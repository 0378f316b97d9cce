import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { RunResult } from "../result.ts";
import { charts } from "./charts.ts";
import { label } from "./labels.ts";
import { megabytes, nanoseconds, nanosecondsPerByte, runtimeTable, workloadTable } from "./tables.ts";

export const PAGE: URL = new URL("../../../../docs/benchmarks.md", import.meta.url);
export const CHARTS: URL = new URL("../../../../docs/benchmarks/", import.meta.url);
const START = "<!-- figures: written by `npm run bench -- --docs` from apps/bench/results -->";
const END = "<!-- /figures -->";

/** Writes the figures into the page, and its pictures beside it. */
export function writeDocs(results: readonly RunResult[]): void {
  mkdirSync(CHARTS, { recursive: true });
  for (const [file, svg] of charts(mainResult(results))) writeFileSync(new URL(file, CHARTS), svg);
  writeFileSync(PAGE, withFigures(readFileSync(PAGE, "utf8"), results));
}

/** The page with its figures replaced; all that is outside the two markers stays. */
export function withFigures(page: string, results: readonly RunResult[]): string {
  const start = page.indexOf(START);
  const end = page.indexOf(END);
  if (start < 0 || end < start)
    throw new Error("docs/benchmarks.md has lost the markers around its figures.");
  return `${page.slice(0, start)}${START}\n\n${figures(results)}\n${page.slice(end)}`;
}

function mainResult(results: readonly RunResult[]): RunResult {
  const [first] = results;
  if (first === undefined) throw new Error("There is no result to show; run npm run bench first.");
  return first;
}

function figures(results: readonly RunResult[]): string {
  const main = mainResult(results);
  const on = `${label(main.runtime)} ${main.versions[main.runtime]}`;
  const lines = [
    ...conditions(results),
    "## Bytes to events",
    ...[picture("ratios.svg", "Ours over the fastest other parser, by corpus and chunk size"), ""],
    ...[picture("parse-llm-64k.svg", "MB/s by parser, LLM tokens, 64 KB chunks"), ""],
    ...[picture("parse-llm-event.svg", "MB/s by parser, LLM tokens, one event a chunk"), ""],
    ...[
      `MB/s of processor time on ${on}; more is better.`,
      "",
      ...workloadTable(main, "callback", megabytes),
      "",
    ],
    "## A body to events",
    ...[picture("read-llm-event.svg", "ns an event by reader, one event a chunk"), ""],
    ...[picture("read-llm-64k.svg", "ns an event by reader, 64 KB chunks"), ""],
    `From a \`ReadableStream\`, one event at a time by \`for await\`; ns of processor time an event on ${on}; less is better.`,
    ...["", ...workloadTable(main, "iterator", nanoseconds), ""],
    ...["From a `ReadableStream`, by callback:", "", ...workloadTable(main, "bodyCallback", nanoseconds), ""],
    "## Events to text and bytes",
    ...[picture("write-ticks.svg", "ns an event by serializer"), ""],
    ...[`ns of processor time an event on ${on}; less is better. To text:`, ""],
    ...[...workloadTable(main, "text", nanoseconds), "", "To bytes:", ""],
    ...[...workloadTable(main, "bytes", nanoseconds), ""],
    "## One long line",
    ...[
      "Time that grows with the line's length shows as a figure that rises from row to row. ns a byte:",
      "",
    ],
    ...[...workloadTable(main, "growth", nanosecondsPerByte), ""],
    "## On every runtime",
    ...[
      "Ours over the fastest peer of the same run; above 1, ours is faster.",
      "",
      ...runtimeTable(results),
      "",
    ],
  ];
  return lines
    .join("\n")
    .replaceAll(/\n(## .*)\n/g, "\n$1\n\n")
    .replaceAll("\n\n\n", "\n\n");
}

function conditions(results: readonly RunResult[]): string[] {
  const { machine, versions } = mainResult(results);
  const runs = results.map(({ runtime, date, settings, versions: its }) => {
    const { processes, rounds, sampleMs } = settings;
    const how = `${processes} × ${rounds} samples of ${sampleMs} ms`;
    return `${label(runtime)} ${its[runtime]} (${date}, ${how})`;
  });
  const packages = Object.entries(versions).filter(([name]) => name !== mainResult(results).runtime);
  return [
    `- Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.platform}.`,
    `- Runs: ${runs.join("; ")}.`,
    `- Versions: ${packages.map(([name, version]) => `${name} ${version}`).join(", ")}.`,
    "",
  ];
}

function picture(file: string, description: string): string {
  return `![${description}](benchmarks/${file})`;
}
