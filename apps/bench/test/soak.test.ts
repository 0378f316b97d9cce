import { describe, expect, it } from "vitest";
import { measureDrain } from "../src/soak/drain.ts";
import { drainFailures, drainLines, slowFailures, slowLines } from "../src/soak/report.ts";
import { measureSlow } from "../src/soak/slow.ts";

/** The processes run on the sources, as the tests do. */
const NODE = [process.execPath, "--conditions=@sse/source"];
const SIZE = { stalled: 100, flooded: 20, readers: 880, floodBytes: 7_000_000 };

describe("With 1,000 connections, of which 100 read nothing while 7 MB go to each", () => {
  it.each(["disconnect", "drop-oldest", "latest"] as const)(
    "the others get everything, publishing never waits, and the stalled see what %s says",
    { timeout: 120_000 },
    async (slowConsumer) => {
      const outcome = await measureSlow({ ...SIZE, slowConsumer }, NODE);
      expect(slowFailures(outcome), slowLines(outcome).join("\n")).toEqual([]);
    },
  );
});

it("A drain of 500 connections sends all of them elsewhere, and nobody misses or repeats an event", {
  timeout: 60_000,
}, async () => {
  const outcome = await measureDrain({ connections: 500, overMs: 3000, retryMs: 500, publishEveryMs: 50 });
  expect(drainFailures(outcome), drainLines(outcome).join("\n")).toEqual([]);
});
