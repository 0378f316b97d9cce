import { describe, expect, it } from "vitest";
import type { Adapter, Workload } from "../src/adapters/adapter.ts";
import { adapterNames, loadAdapter } from "../src/adapters/index.ts";
import { cells } from "../src/cells.ts";
import { type Chunking, chunkings } from "../src/chunks.ts";
import { corpusNames, makeCorpus } from "../src/corpus.ts";
import { isFloor } from "../src/statistics.ts";
import { Work } from "../src/workload.ts";

/** Every event of it has to arrive, under every chunking; it is small, since nothing is timed here. */
const SIZE = 12_000;
const READING: readonly Workload[] = ["callback", "bodyCallback", "iterator"];
const WRITING: readonly Workload[] = ["text", "bytes"];

/** Where a library does something else than is compared here: such cells are left empty, and are known. */
const OTHERWISE: { readonly [adapter: string]: readonly string[] } = {
  openai: ["ticks"],
  anthropic: ["ticks"],
  "fetch-event-source": ["heartbeats"],
  "event-source-plus": ["lines"],
  "better-sse": ["lines"],
};

function complaint(adapter: Adapter, workload: Workload, corpus: string, chunking: Chunking) {
  return new Work(adapter, workload, makeCorpus(corpus, SIZE), chunking).complaint();
}

for (const name of adapterNames.filter((one) => one !== "baseline" && !isFloor(one))) {
  const adapter = await loadAdapter(name);
  const workloads = [...READING, ...WRITING].filter((workload) => adapter[workload] !== undefined);
  const corpora = corpusNames.filter((corpus) => !corpus.startsWith("huge"));

  describe(name, () => {
    it("takes part in something", () => {
      expect(workloads).not.toEqual([]);
    });
    for (const workload of workloads) {
      for (const corpus of corpora) {
        const known = OTHERWISE[name]?.includes(corpus) ?? false;
        it(`${known ? "is known not to find" : "finds"} every event of ${corpus} (${workload})`, async () => {
          for (const chunking of WRITING.includes(workload) ? (["event"] as const) : chunkings) {
            const found = await complaint(adapter, workload, corpus, chunking);
            if (known) expect(found, chunking).toBeDefined();
            else expect(found, chunking).toBeUndefined();
          }
        });
      }
    }
  });
}

it("A reader that leaves out an event, or a character, is noticed", async () => {
  const { callback } = await loadAdapter("eventsource-parser");
  const lossy = (change: (data: string, n: number) => string | undefined): Adapter => ({
    packageName: undefined,
    callback(chunks, sink) {
      let n = 0;
      const take = (type: string, data: string, id: string) => {
        const kept = change(data, n++);
        if (kept !== undefined) sink.take(type, kept, id);
      };
      callback?.(chunks, { take } as typeof sink); // of a sink, only take is called by it
    },
  });
  const whole = lossy((data) => data);
  const withoutSecond = lossy((data, n) => (n === 1 ? undefined : data));
  const shorter = lossy((data, n) => (n === 1 ? data.slice(1) : data));
  const other = lossy((data, n) => (n === 1 ? `${data.slice(0, -1)}?` : data));
  expect(await complaint(whole, "callback", "llm", "64k")).toBeUndefined();
  expect(await complaint(withoutSecond, "callback", "llm", "64k")).toMatch(/^\d+ of \d+ events$/);
  expect(await complaint(shorter, "callback", "llm", "64k")).toMatch(/^\d+ of \d+ characters$/);
  expect(await complaint(other, "callback", "llm", "64k")).toBe("the characters differ");
});

it("A serializer that writes over the bytes it gave before is noticed", async () => {
  const shared = new Uint8Array(4096);
  const reusing: Adapter = {
    packageName: undefined,
    bytes(events, sink) {
      for (const { data } of events) {
        const { written } = new TextEncoder().encodeInto(`data: ${data}\n\n`, shared);
        sink.bytes(shared.subarray(0, written));
      }
    },
  };
  expect(await complaint(reusing, "bytes", "llm", "event")).toBeDefined();
});

it("Every adapter that a cell names has that workload", async () => {
  for (const cell of cells) {
    for (const name of cell.adapters) {
      expect((await loadAdapter(name))[cell.workload], `${cell.id}/${name}`).toBeDefined();
    }
  }
});
