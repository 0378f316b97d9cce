import { expect, it } from "vitest";
import { cells, pickCells } from "../src/cells.ts";
import { runCell } from "../src/runner.ts";
import { fastestPeer, growth, spread, standings } from "../src/statistics.ts";

const settings = { processes: 2, rounds: 3, sampleMs: 1, warmupMs: 1 };
const runtime = { name: "node26", path: process.execPath, args: [] } as const;
const [cell] = pickCells(cells, /^callback\/heartbeats\/64k$/, undefined);
if (cell === undefined) throw new Error("The cell has another name now.");

it("Adapters run in processes of their own and give as many samples as rounds; what is wrong is not timed", async () => {
  const adapters = ["eventsource-parser", "fetch-event-source", "no-such-adapter", "decode"];
  const result = await runCell({ ...cell, adapters }, runtime, settings);
  expect(result.bytes).toBeGreaterThan(900_000);
  expect(result.adapters["eventsource-parser"]).toMatchObject({ status: "ok", samples: { length: 6 } });
  expect(result.adapters.decode).toMatchObject({ status: "ok", samples: { length: 6 } });
  expect(result.adapters["fetch-event-source"]).toMatchObject({ status: "wrong", samples: { length: 0 } });
  expect(result.adapters["no-such-adapter"]?.reason).toContain("There is no adapter no-such-adapter");
  for (const { cpuNs, wallNs } of result.adapters.decode?.samples ?? []) {
    expect(cpuNs).toBeGreaterThanOrEqual(0);
    expect(wallNs).toBeGreaterThan(0);
  }
});

it("A pattern picks cells with all their adapters, or one adapter beside ours", () => {
  const ids = (only: RegExp, adapters?: RegExp) =>
    pickCells(cells, only, adapters).map((one) => `${one.id} ${one.adapters.join(",")}`);
  expect(ids(/^callback\/ticks\/1400$/)).toEqual(["callback/ticks/1400 ours,eventsource-parser,decode"]);
  expect(ids(/^callback\/ticks\/1400$/, /^decode$/)).toEqual(["callback/ticks/1400 ours,decode"]);
  expect(ids(/^callback\/llm\/7\/undici$/)).toEqual(["callback/llm/7 ours,undici"]);
  expect(ids(/^nothing$/)).toEqual([]);
});

it("Ratios are taken within a round; the fastest peer is neither ours, nor a floor, nor one that was wrong", () => {
  const samples = (...all: number[]) => all.map((cpuNs) => ({ cpuNs, wallNs: cpuNs }));
  const all = standings({
    ...{ id: "callback/llm/64k", corpus: "llm", chunking: "64k", runtime: "node24", target: { ratio: 1 } },
    ...{ bytes: 1000, events: 10 },
    adapters: {
      ours: { status: "ok", samples: samples(100, 200, 100) },
      "ours-stream": { status: "ok", samples: samples(110, 110, 110) },
      decode: { status: "ok", samples: samples(10, 10, 10) },
      quick: { status: "wrong", samples: [] },
      second: { status: "ok", samples: samples(150, 400, 190) },
      third: { status: "ok", samples: samples(900, 900, 900) },
    },
  });
  const peer = fastestPeer(all);
  expect(peer?.name).toBe("second");
  expect(peer?.toOurs).toEqual({ median: 1.9, min: 1.5, max: 2 });
  expect(all[0]).toMatchObject({ nsPerEvent: 10, megabytesPerSecond: 10_000 });
  expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
});

it("Time that grows with the square of a line's length is told from time that grows with the length", () => {
  const sizes = [1000, 4000, 16_000];
  const cells = sizes.map((bytes) => ({
    ...({ id: `growth/huge-${bytes}/7`, corpus: "huge", chunking: "7", runtime: "node24" } as const),
    ...{ bytes, events: 1, target: { ratio: 1 } },
    adapters: {
      ours: { status: "ok", samples: [{ cpuNs: bytes * 3, wallNs: 0 }] } as const,
      slow: { status: "ok", samples: [{ cpuNs: bytes * bytes, wallNs: 0 }] } as const,
    },
  }));
  expect(growth(cells)).toEqual([
    { name: "ours", chunking: "7", nsPerByte: [3, 3, 3], lastStep: 1 },
    { name: "slow", chunking: "7", nsPerByte: [1000, 4000, 16_000], lastStep: 4 },
  ]);
});
