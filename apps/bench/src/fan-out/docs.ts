import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type Bar, barChart } from "../docs/chart.ts";
import { label } from "../docs/labels.ts";
import { acceptUs, cpuAt, type Figure, idleHeap, idleRss, p50, p99, standings } from "./figures.ts";
import { isOursToo, serverLabel } from "./labels.ts";
import type { ServerResult } from "./result.ts";
import { type Column, serverTable, stallTable, targetTable } from "./tables.ts";

export const SERVER_PAGE: URL = new URL("../../../../docs/benchmarks-server.md", import.meta.url);
export const SERVER_CHARTS: URL = new URL("../../../../docs/benchmarks/", import.meta.url);
const START = "<!-- figures: written by `npm run bench -- --server --docs` from apps/bench/results -->";
const END = "<!-- /figures -->";

/** Writes the figures into the page, and its pictures beside the others. */
export function writeServerDocs(results: readonly ServerResult[]): void {
  mkdirSync(SERVER_CHARTS, { recursive: true });
  for (const [file, svg] of serverCharts(mainOf(results))) writeFileSync(new URL(file, SERVER_CHARTS), svg);
  writeFileSync(SERVER_PAGE, withServerFigures(readFileSync(SERVER_PAGE, "utf8"), results));
}

/** The page with its figures replaced; all that is outside the two markers stays. */
export function withServerFigures(page: string, results: readonly ServerResult[]): string {
  const start = page.indexOf(START);
  const end = page.indexOf(END);
  if (start < 0 || end < start) throw new Error("docs/benchmarks-server.md has lost its markers.");
  return `${page.slice(0, start)}${START}\n\n${figures(results).join("\n")}\n${page.slice(end)}`;
}

const MAIN = 1_000;
const micro = (value: number): string => value.toFixed(2);
const whole = (value: number): string => Math.round(value).toLocaleString("en");
const kilobytes = (value: number): string => `${(value / 1024).toFixed(1)} KB`;
const milli = (value: number): string => value.toFixed(1);

/** The pictures of the page, by file name. */
export function serverCharts(result: ServerResult): Map<string, string> {
  const version = `${label(result.runtime)} ${result.versions[result.runtime]}`;
  const draw = (title: string, unit: string, connections: number, figure: Figure, show = micro): string =>
    barChart({
      title,
      subtitle: `${unit}, ${whole(connections)} connections; less is better. ${version}`,
      bars: bars(result, connections, figure),
      show,
    });
  const cpu = "µs of processor time for each delivered event";
  return new Map([
    ["server-fan-out-1.svg", draw("One event to everybody", cpu, MAIN, cpuAt(1))],
    ["server-fan-out-10.svg", draw("Ten events in one turn of the event loop", cpu, MAIN, cpuAt(10))],
    ["server-p99.svg", draw("Latency, p99, 20,000 deliveries a second", "ms", MAIN, p99, milli)],
    ["server-idle.svg", draw("Memory of an idle connection", "RSS", 10_000, idleRss, kilobytes)],
  ]);
}

function bars(result: ServerResult, connections: number, figure: Figure): Bar[] {
  return standings(result, connections, figure)
    .toSorted((a, b) => a.value.median - b.value.median)
    .map(({ adapter, value }) => ({
      label: serverLabel(adapter),
      value: value.median,
      kind: isOursToo(adapter) ? "ours" : adapter === result.settings.base ? "floor" : "peer",
    }));
}

function mainOf(results: readonly ServerResult[]): ServerResult {
  const [first] = results;
  if (first === undefined)
    throw new Error("There is no result to show; run npm run bench -- --server first.");
  return first;
}

function figures(results: readonly ServerResult[]): string[] {
  const main = mainOf(results);
  const picture = (file: string, about: string): string[] => [`![${about}](benchmarks/${file})`, ""];
  const fan = (connections: number): Column[] =>
    [1, 10, 100].map((n) => ({ title: `${n} a turn`, connections, figure: cpuAt(n), show: micro }));
  return [
    ...conditions(results),
    ...["## What is aimed at", "", ...targetTable(main), ""],
    ...["## Events to everybody", "", ...picture("server-fan-out-1.svg", "µs an event, one event a turn")],
    ...picture("server-fan-out-10.svg", "µs an event, ten events a turn"),
    ...main.settings.sizes.flatMap((size) => [
      `µs for each delivered event, ${whole(size)} connections:`,
      "",
      ...serverTable(main, fan(size)),
      "",
    ]),
    ...["## Latency", "", ...picture("server-p99.svg", "p99 at 20,000 deliveries a second")],
    ...["One event every 50 ms to 1,000 connections, in ms until the client has it:", ""],
    ...serverTable(main, [
      { title: "p50", connections: MAIN, figure: p50, show: milli },
      { title: "p99", connections: MAIN, figure: p99, show: milli },
    ]),
    ...["", "## Connections", "", ...picture("server-idle.svg", "RSS of an idle connection")],
    ...["With 10,000 connections that wait, for each:", ""],
    ...serverTable(main, [
      { title: "RSS", connections: 10_000, figure: idleRss, show: kilobytes },
      { title: "heap", connections: 10_000, figure: idleHeap, show: kilobytes },
      { title: "µs to accept", connections: 10_000, figure: acceptUs, show: whole },
    ]),
    ...["", ...heartbeatLines(main), "## Clients that do not read", "", ...stallLines(main), ""],
    ...results.slice(1).flatMap(otherRuntime),
  ];
}

function stallLines(main: ServerResult): string[] {
  const [first] = main.stalls;
  if (first === undefined) return [];
  const { stalled, connections, publishedBytes } = first;
  const text = `${stalled} of ${whole(connections)} clients read nothing while ${Math.round(publishedBytes / 1e6)} MB go to each:`;
  return [text, "", ...stallTable(main)];
}

function heartbeatLines({ heartbeats, alone }: ServerResult): string[] {
  const beats = heartbeats.map(({ connections, cpuShare, heartbeatMs, heapEach }) => {
    const share = ((cpuShare * heartbeatMs) / 15_000) * 100;
    return `Heartbeats of ${whole(connections)} idle connections, one every 15 s, take ${share.toFixed(2)} % of one core, and ${whole(heapEach)} bytes of heap each.`;
  });
  const published = alone.map(
    ({ validate, nsEach }) =>
      `${(nsEach / 1000).toFixed(2)} µs ${validate ? "with the schema run" : "without (`validate: false`)"}`,
  );
  return [...beats, "", `Publishing where nobody listens, into the log: ${published.join(", ")}.`, ""];
}

function otherRuntime(result: ServerResult): string[] {
  const columns = [1, 10, 100].map(
    (n): Column => ({ title: `${n} a turn`, connections: MAIN, figure: cpuAt(n), show: micro }),
  );
  return [
    ...[`## ${label(result.runtime)} ${result.versions[result.runtime]}`, ""],
    ...["The runtime's own server, µs for each delivered event, 1,000 connections, and ms:", ""],
    ...serverTable(result, [...columns, { title: "p99", connections: MAIN, figure: p99, show: milli }]),
    "",
  ];
}

function conditions(results: readonly ServerResult[]): string[] {
  const { machine, versions, runtime } = mainOf(results);
  const runs = results.map(({ runtime: name, date, versions: its, settings }) => {
    const rounds = Object.entries(settings.rounds).map(
      ([size, times]) => `${times} × ${whole(Number(size))}`,
    );
    return `${label(name)} ${its[name]} (${date}, rounds × connections: ${rounds.join(", ")})`;
  });
  const names = [
    "@sse/server",
    "better-sse",
    "@fastify/sse",
    "fastify",
    "h3",
    "hono",
    "@hono/node-server",
    "srvx",
  ];
  const packages = names.filter((name) => versions[name] !== undefined && name !== runtime);
  return [
    `- Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.platform}.`,
    `- Runs: ${runs.join("; ")}.`,
    `- Versions: ${packages.map((name) => `${name} ${versions[name]}`).join(", ")}.`,
    "",
  ];
}
