import { acceptUs, cpuAt, type Figure, idleHeap, idleRss, p99, standings, userAt } from "./figures.ts";
import type { ServerResult } from "./result.ts";

/** What is aimed at on Node 24. */
export interface Target {
  readonly about: string;
  readonly aim: string;
  readonly reached: string;
  readonly isReached: boolean;
}

interface RatioTarget {
  readonly about: string;
  readonly connections: number;
  readonly figure: Figure;
  readonly atMost: number;
  readonly adapter?: string;
  /** Default: raw `node:http`. */
  readonly to?: string;
}

const RATIOS: readonly RatioTarget[] = [
  { about: "one event a turn", connections: 1_000, figure: cpuAt(1), atMost: 0.72 },
  { about: "one event a turn", connections: 1_000, figure: cpuAt(1), atMost: 0.6, to: "better-sse" },
  { about: "one event a turn, user time", connections: 1_000, figure: userAt(1), atMost: 0.45 },
  { about: "ten events a turn", connections: 1_000, figure: cpuAt(10), atMost: 0.33 },
  { about: "a hundred events a turn", connections: 1_000, figure: cpuAt(100), atMost: 0.12 },
  { about: "one event a turn", connections: 10_000, figure: cpuAt(1), atMost: 0.65 },
  { about: "p99 at 20,000 deliveries a second", connections: 1_000, figure: p99, atMost: 0.75 },
  { about: "RSS of an idle connection", connections: 10_000, figure: idleRss, atMost: 1.1 },
  { about: "accepting a connection", connections: 10_000, figure: acceptUs, atMost: 1.3 },
  {
    ...{ about: "portable, one event a turn", connections: 1_000, figure: cpuAt(1), atMost: 1.05 },
    ...{ adapter: "ours-srvx", to: "plain-srvx" },
  },
];

export function targets(result: ServerResult): Target[] {
  const ratios = RATIOS.flatMap(({ about, connections, figure, atMost, adapter = "ours", to = "raw" }) => {
    const found = standings(result, connections, figure, to).find((one) => one.adapter === adapter);
    if (found === undefined || Number.isNaN(found.ratio.median)) return [];
    const { median, min, max } = found.ratio;
    return [
      {
        about: `${about}, ${connections.toLocaleString("en")} connections, to ${to}`,
        aim: `≤ ${atMost}×`,
        reached: `${median.toFixed(2)}× (${min.toFixed(2)} to ${max.toFixed(2)})`,
        isReached: median <= atMost,
      },
    ];
  });
  return [...ratios, ...absolute(result)];
}

function absolute(result: ServerResult): Target[] {
  const heap = standings(result, 10_000, idleHeap).find(({ adapter }) => adapter === "ours");
  const stall = result.stalls.filter(({ adapter }) => adapter === "ours");
  return [
    ...(heap === undefined
      ? []
      : [target("heap of an idle connection of 10,000", heap.value.median / 1024, 6, "KB")]),
    ...result.heartbeats
      .filter(({ adapter }) => adapter === "ours")
      .flatMap(({ connections, cpuShare, heartbeatMs, heapEach }) => [
        target(
          `heartbeats of ${connections} every 15 s`,
          (cpuShare * 100 * heartbeatMs) / 15_000,
          1,
          "% of a core",
        ),
        target("heap for one heartbeat", heapEach, 80, "bytes"),
      ]),
    ...stall.map(({ stalled, slowConsumer, rss }) =>
      target(`growth for ${stalled} that do not read, ${slowConsumer}`, rss / 2 ** 20, 15, "MB"),
    ),
    ...result.alone.map(({ validate, nsEach }) =>
      target(`publishing to nobody, ${validate ? "checked" : "not checked"}`, nsEach / 1000, 2, "µs"),
    ),
  ];
}

function target(about: string, value: number, atMost: number, unit: string): Target {
  return {
    about,
    aim: `≤ ${atMost} ${unit}`,
    reached: `${value.toFixed(2)} ${unit}`,
    isReached: value <= atMost,
  };
}
