import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Entry, observe, observeEventsOnly, recordingParser } from "./observation.ts";
import { parseByTheStandard } from "./reference-parser.ts";
import { chunksFrom, streamFrom } from "./streams-from-bytes.ts";

/**
 * How many streams, shared out over the properties below. A longer run: SSE_FUZZ_STREAMS=10000000, which also
 * takes a new seed, and prints it when something differs; SSE_FUZZ_SEED takes one again.
 */
const longRun = process.env.SSE_FUZZ_STREAMS;
const streams = Number(longRun ?? 120_000);
const seed = Number(process.env.SSE_FUZZ_SEED ?? (longRun === undefined ? 20261121 : Date.now() % 2 ** 31));

function runs(share: number): { numRuns: number; seed: number } {
  return { numRuns: Math.ceil(streams * share), seed };
}

const genome = fc.uint8Array({ maxLength: 28, size: "max" });
const sizes = fc.uint8Array({ maxLength: 6, size: "max" });

const timeout = Math.max(60_000, streams * 2);

describe("the parser and the literal algorithm agree", () => {
  it("on streams of bytes, chunked at random", { timeout }, () => {
    const property = fc.property(genome, sizes, (genes, chunkSizes) => {
      const stream = streamFrom(genes);
      expectSame(observe(chunksFrom(stream, chunkSizes)), parseByTheStandard(stream));
    });
    fc.assert(property, runs(0.5));
  });

  it("where nobody listens to anything but events", { timeout }, () => {
    const property = fc.property(genome, sizes, (genes, chunkSizes) => {
      const stream = streamFrom(genes);
      const events = parseByTheStandard(stream).log.filter((entry) => "event" in entry);
      expectSame(observeEventsOnly(chunksFrom(stream, chunkSizes)), events);
    });
    fc.assert(property, runs(0.15));
  });

  it("on streams of strings, also cut within a surrogate pair", { timeout }, () => {
    const property = fc.property(genome, sizes, (genes, chunkSizes) => {
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(streamFrom(genes));
      const reference = parseByTheStandard(new TextEncoder().encode(text));
      expectSame(observe(chunksFrom(text, chunkSizes)), reference);
    });
    fc.assert(property, runs(0.15));
  });

  it("on what passes a limit, and on all that came before it", { timeout }, () => {
    const property = fc.property(
      genome,
      sizes,
      fc.integer({ min: 1, max: 150 }),
      (genes, chunkSizes, limit) => {
        const stream = streamFrom(genes);
        const options = { maxEventBytes: limit };
        const { log, overLimit } = observe(chunksFrom(stream, chunkSizes), options);
        const reference = parseByTheStandard(stream, limit);
        expectSame({ log, overLimit }, { log: reference.log, overLimit: reference.overLimit });
      },
    );
    fc.assert(property, runs(0.15));
  });

  it("after every chunk, so that nothing is told later than with its last byte", { timeout }, () => {
    const property = fc.property(genome, sizes, (genes, chunkSizes) => {
      const stream = streamFrom(genes.subarray(0, 16));
      const log: Entry[] = [];
      const parser = recordingParser(log);
      let read = 0;
      for (const chunk of chunksFrom(stream, chunkSizes)) {
        parser.feed(chunk);
        read += chunk.length;
        const reference = parseByTheStandard(stream.subarray(0, read));
        expectSame(
          { read, log, lastEventId: parser.lastEventId, reconnectionTimeMs: parser.reconnectionTimeMs },
          {
            read,
            log: reference.log,
            lastEventId: reference.lastEventId,
            reconnectionTimeMs: reference.reconnectionTimeMs,
          },
        );
      }
    });
    fc.assert(property, runs(0.05));
  });
});

function expectSame(seen: unknown, expected: unknown): void {
  // `expect` prints best and costs most, so that it is only asked where something is wrong.
  if (JSON.stringify(seen) !== JSON.stringify(expected)) expect(seen).toEqual(expected);
}
