import { describe, expect, it } from "vitest";
import { chunkings, cut } from "../src/chunks.ts";
import { corpusNames, makeCorpus } from "../src/corpus.ts";

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(chunks));
}

describe("A corpus", () => {
  it("is the same every time", () => {
    for (const name of corpusNames) {
      expect(Buffer.compare(makeCorpus(name, 5000).bytes, makeCorpus(name, 5000).bytes), name).toBe(0);
    }
  });

  it("is its chunks put together, however it is cut", () => {
    for (const name of corpusNames.filter((one) => !one.startsWith("huge"))) {
      const corpus = makeCorpus(name, 20_000);
      for (const chunking of chunkings) {
        expect(Buffer.compare(joined(cut(corpus, chunking)), corpus.bytes), `${name} ${chunking}`).toBe(0);
      }
    }
  });

  it("has chunks in common where it repeats itself, and still all its bytes", () => {
    const corpus = makeCorpus("huge-9mb");
    expect(corpus.bytes.length).toBe(9 * 1024 * 1024);
    for (const chunking of ["64k", "1400", "7"] as const) {
      const chunks = cut(corpus, chunking);
      expect(Buffer.compare(joined(chunks), corpus.bytes), chunking).toBe(0);
    }
    expect(new Set(cut(corpus, "7")).size).toBeLessThan(40_000);
  });

  it("has one block in each chunk when it is cut by events", () => {
    const corpus = makeCorpus("ticks", 5000);
    expect(cut(corpus, "event")).toHaveLength(corpus.events.length);
  });

  it("that is not known is refused by name", () => {
    expect(() => makeCorpus("nonsense")).toThrow("There is no corpus nonsense");
  });
});
