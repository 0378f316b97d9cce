import { describeMachine, versionsFor } from "../machine.ts";
import type { Runtime } from "../runtimes.ts";
import { measureAlone, measureHeartbeat, measureStall } from "./extras.ts";
import { acceptUs, cpuAt, type Figure, idleHeap, idleRss, p50, p99, standings, userAt } from "./figures.ts";
import type { Options } from "./options.ts";
import { adaptersOn, isMeasuredWith, visitOf } from "./plan.ts";
import type { ServerResult, VisitResult } from "./result.ts";
import { targets } from "./targets.ts";
import { makeVisit } from "./visit.ts";

/** Everything that is measured on one runtime. */
export async function measureServers(runtime: Runtime, options: Options): Promise<ServerResult> {
  const all = adaptersOn(runtime.name, options.quick);
  const [base = ""] = all;
  const adapters = all.filter((name) => name === base || (options.only?.test(name) ?? true));
  const settings = { ...options.settings, sizes: sizesOn(runtime, options), base };
  const visits: VisitResult[] = [];
  for (const connections of settings.sizes) {
    for (let round = 0; round < (settings.rounds[connections] ?? 1); round++) {
      // Who goes first changes with the round: nobody always runs behind the same neighbour.
      for (let at = 0; at < adapters.length; at++) {
        const adapter = adapters[(at + round) % adapters.length] ?? base;
        if (!isMeasuredWith(adapter, connections, settings.sizes)) continue;
        const visit = await tryVisit(adapter, connections, runtime, round);
        if (visit !== undefined) visits.push(visit);
      }
    }
    console.log(sizeLines({ visits, settings }, runtime.name, connections).join("\n"));
  }
  const isNode = runtime.name.startsWith("node");
  const extras = options.extras && isNode ? await measureExtras(runtime, options) : NO_EXTRAS;
  return {
    runtime: runtime.name,
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    versions: versionsFor(runtime),
    settings,
    visits,
    ...extras,
  };
}

const NO_EXTRAS: Pick<ServerResult, "stalls" | "heartbeats" | "alone"> = {
  stalls: [],
  heartbeats: [],
  alone: [],
};

/** Bun and Deno are there for the portable path: one size says it. */
function sizesOn(runtime: Runtime, { settings }: Options): readonly number[] {
  if (runtime.name.startsWith("node")) return settings.sizes;
  return settings.sizes.filter((size) => size === 1_000);
}

async function tryVisit(
  adapter: string,
  connections: number,
  runtime: Runtime,
  round: number,
): Promise<VisitResult | undefined> {
  try {
    const visit = await makeVisit(visitOf(adapter, connections), runtime, round);
    if (!visit.isComplete) console.log(`${adapter} did not deliver everything to everybody.`);
    return visit;
  } catch (error) {
    console.log(`${adapter} with ${connections}: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

async function measureExtras(runtime: Runtime, { quick }: Options): Promise<typeof NO_EXTRAS> {
  const connections = quick ? 1_000 : 10_000;
  const plan = { connections: quick ? 200 : 1_000, stalled: 100, bytes: 12_000_000 };
  const stalls = [
    await measureStall("raw", "disconnect", plan, runtime),
    await measureStall("plain-srvx", "disconnect", plan, runtime),
    await measureStall("ours", "disconnect", plan, runtime),
    await measureStall("ours", "drop-oldest", plan, runtime),
  ];
  const heartbeats = [await measureHeartbeat("ours", connections, 5_000, quick ? 5_000 : 10_000, runtime)];
  const alone = [];
  for (const validate of [true, false]) alone.push(await measureAlone(validate, 300_000, runtime));
  return { stalls, heartbeats, alone };
}

const FIGURES: readonly (readonly [string, Figure])[] = [
  ["µs an event, 1 a turn", cpuAt(1)],
  ["user µs, 1 a turn", userAt(1)],
  ["µs an event, 10 a turn", cpuAt(10)],
  ["µs an event, 100 a turn", cpuAt(100)],
  ["p50 ms", p50],
  ["p99 ms", p99],
  ["µs to accept", acceptUs],
  ["idle RSS bytes", idleRss],
  ["idle heap bytes", idleHeap],
];

function sizeLines(
  result: Pick<ServerResult, "visits" | "settings">,
  runtime: string,
  connections: number,
): string[] {
  const lines = [`${runtime}, ${connections} connections`];
  for (const [about, figure] of FIGURES) {
    const all = standings(result, connections, figure);
    if (all.length > 0) lines.push(`  ${about}`);
    for (const { adapter, value, ratio } of all) {
      const shown = value.median >= 100 ? value.median.toFixed(0) : value.median.toFixed(2);
      const range = `${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)}`;
      lines.push(`    ${adapter.padEnd(18)}${shown.padStart(9)}   ${ratio.median.toFixed(2)}× (${range})`);
    }
  }
  return lines;
}

export function targetLines(result: ServerResult): string[] {
  return targets(result).map(
    ({ about, aim, reached, isReached }) =>
      `${isReached ? "✓" : "✗"} ${reached.padEnd(24)} ${aim.padEnd(16)} ${about}`,
  );
}
