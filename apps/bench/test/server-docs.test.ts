import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SERVER_CHARTS, SERVER_PAGE, serverCharts, withServerFigures } from "../src/fan-out/docs.ts";
import { cpuAt, standings } from "../src/fan-out/figures.ts";
import { parseServerOptions } from "../src/fan-out/options.ts";
import type { ServerResult, VisitResult } from "../src/fan-out/result.ts";
import { loadServerResults } from "../src/fan-out/results.ts";
import { targets } from "../src/fan-out/targets.ts";

const page = readFileSync(SERVER_PAGE, "utf8");

function visit(adapter: string, round: number, userUs: number, isComplete = true): VisitResult {
  const fans = [{ perTurn: 1, userUs, systemUs: 1 }];
  return { adapter, connections: 1000, round, isComplete, acceptUs: 1, idle: { rss: 1, heap: 1 }, fans };
}

const made: ServerResult = {
  runtime: "node24",
  date: "2026-01-02",
  machine: { cpu: "a processor", cores: 4, memoryGb: 8, platform: "linux x64" },
  versions: { node24: "24.0.0" },
  settings: { rounds: { 1000: 2 }, sizes: [1000], base: "raw" },
  visits: [visit("raw", 0, 3), visit("ours", 0, 1), visit("raw", 1, 9), visit("ours", 1, 4, false)],
  stalls: [],
  heartbeats: [],
  alone: [],
};

describe("The page of the servers' benchmarks", () => {
  it("shows what the kept results say, in its tables and in its pictures", () => {
    const results = loadServerResults();
    expect(page).toBe(withServerFigures(page, results));
    const [main] = results;
    if (main === undefined) throw new Error("No result is kept.");
    for (const [file, svg] of serverCharts(main)) {
      expect(readFileSync(new URL(file, SERVER_CHARTS), "utf8"), file).toBe(svg);
    }
  });

  it("without its markers is left alone", () => {
    expect(() => withServerFigures("# Benchmarks", [made])).toThrow("lost its markers");
  });

  it("compares figures of the same round", () => {
    const [raw, ours] = standings(made, 1000, cpuAt(1));
    expect(raw?.ratio).toEqual({ median: 1, min: 1, max: 1 });
    expect(ours?.ratio).toEqual({ median: 0.5, min: 0.5, max: 0.5 });
    expect([raw?.isComplete, ours?.isComplete]).toEqual([true, false]);
    expect(targets(made).find(({ about }) => about.startsWith("one event a turn, 1,000"))).toMatchObject({
      isReached: true,
      reached: "0.50× (0.50 to 0.50)",
    });
  });
});

it("A full run of the servers is kept, a part of one is not", () => {
  expect(parseServerOptions(["--server"])).toMatchObject({ save: true, runtimes: ["node24", "bun", "deno"] });
  for (const part of [["--quick"], ["--only", "ours"], ["--rounds", "1"], ["--no-extras"]]) {
    expect(parseServerOptions(part)).toMatchObject({ save: false });
  }
  expect(() => parseServerOptions(["--sizes", "few"])).toThrow("--sizes is a positive integer, not few.");
});
