import { EventStreamParser, InvalidOptionError, LimitError, SseError } from "@sse/protocol";
import { describe, expect, it } from "vitest";
import { chunkings } from "./chunkings.ts";
import { committed, type Entry, event, observe, recordingParser } from "./observation.ts";
import { parseByTheStandard } from "./reference-parser.ts";

const encoder = new TextEncoder();

/** A stream, and the most that is pending anywhere in it, counted by hand. */
interface Sized {
  readonly name: string;
  readonly stream: string;
  readonly bytes: number;
}

const streams: readonly Sized[] = [
  { name: "one data line", stream: `data: ${"x".repeat(60)}\n\n`, bytes: 66 },
  { name: "one data line with CRLF", stream: `data: ${"x".repeat(60)}\r\n\r\n`, bytes: 66 },
  { name: "one data line with CR", stream: `data: ${"x".repeat(60)}\r\r`, bytes: 66 },
  { name: "one data line of two-byte characters", stream: `data: ${"é".repeat(30)}\n\n`, bytes: 66 },
  { name: "one data line of three-byte characters", stream: `data: ${"€".repeat(20)}\n\n`, bytes: 66 },
  { name: "one data line of four-byte characters", stream: `data: ${"😀".repeat(15)}\n\n`, bytes: 66 },
  { name: "a line that never ends", stream: `data: ${"x".repeat(60)}`, bytes: 66 },
  // Four lines of "data: xxxxxxxxxx": three are pending with an LF each, 33, while the fourth, 16, is read.
  { name: "data over four lines", stream: `${"data: xxxxxxxxxx\n".repeat(4)}\n`, bytes: 33 + 16 },
  // When the last line of many is short, the line before it made the most: 49 lines of an LF, and "data".
  { name: "fifty empty data lines", stream: `${"data\n".repeat(50)}\n`, bytes: 49 + 4 },
  { name: "a comment", stream: `: ${"x".repeat(60)}\n\n`, bytes: 62 },
  { name: "a comment within an event", stream: `data: abc\n:${"x".repeat(60)}\n\n`, bytes: 4 + 61 },
  { name: "an unknown field", stream: `${"x".repeat(60)}: a\n\n`, bytes: 63 },
  { name: "an event line", stream: `event: ${"t".repeat(60)}\n\n`, bytes: 67 },
  { name: "an id line", stream: `id: ${"1".repeat(60)}\n\n`, bytes: 64 },
  { name: "a retry line", stream: `retry: ${"1".repeat(60)}\n\n`, bytes: 67 },
  {
    name: "a type, an id and data together",
    stream: `event: ${"t".repeat(20)}\nid: ${"1".repeat(20)}\ndata: abcd\n\n`,
    bytes: 50,
  },
  {
    name: "a type that another replaces",
    stream: `event: ${"t".repeat(40)}\nevent: t\ndata: ab\n\n`,
    bytes: 48,
  },
  {
    name: "an id that is ignored for its NUL",
    stream: `id: ${"1".repeat(40)}\0\ndata: abcdefgh\n\n`,
    bytes: 45,
  },
  { name: "the second of two events", stream: `data: x\n\ndata: ${"y".repeat(60)}\n\n`, bytes: 66 },
  {
    name: "a byte order mark, which counts nothing,",
    stream: `\uFEFFdata: ${"x".repeat(60)}\n\n`,
    bytes: 66,
  },
];

describe("maxEventBytes", () => {
  it.each(streams)("takes $name of exactly the limit, however it is chunked", ({ stream, bytes }) => {
    for (const { name, chunks } of everyChunking(stream)) {
      expect(observe(chunks, { maxEventBytes: bytes }).overLimit, name).toBe(false);
    }
  });

  it.each(streams)("refuses $name one byte past the limit, however it is chunked", ({ stream, bytes }) => {
    const reference = parseByTheStandard(encoder.encode(stream), bytes - 1);
    expect(reference.overLimit).toBe(true);
    for (const { name, chunks } of everyChunking(stream)) {
      const seen = observe(chunks, { maxEventBytes: bytes - 1 });
      expect(seen.overLimit, name).toBe(true);
      expect(seen.log, name).toEqual(reference.log);
      expect(seen.truncated, name).toBe(true);
    }
  });

  it("counts what is pending, not the stream: a thousand events of the limit pass", () => {
    const one = encoder.encode(`id: 12345678\ndata: ${"x".repeat(80)}\n\n: note\n\n`);
    const parser = new EventStreamParser({}, { maxEventBytes: 8 + 86 });
    for (let times = 0; times < 1000; times++) parser.feed(one);
    expect(parser.lastEventId).toBe("12345678");
  });

  it("counts a whole chunk that holds only the middle of a line", () => {
    const parser = new EventStreamParser({}, { maxEventBytes: 200_000 });
    parser.feed("data: ");
    parser.feed("x".repeat(199_994));
    expect(() => parser.feed("x")).toThrow(LimitError);
  });

  it("gives the events that came before, in the same chunk", () => {
    const log: Entry[] = [];
    const parser = recordingParser(log, { maxEventBytes: 20 });
    expect(() => parser.feed(`id: 1\ndata: a\n\ndata: ${"x".repeat(30)}\n\ndata: b\n\n`)).toThrow(LimitError);
    expect(log).toEqual([committed("1"), event("a", { id: "1" })]);
    expect(parser.lastEventId).toBe("1");
  });

  it("says the limit and what was reached", () => {
    const parser = new EventStreamParser({}, { maxEventBytes: 20 });
    const error = thrownBy(() => parser.feed(`data: ${"x".repeat(30)}`));
    expect(error).toBeInstanceOf(LimitError);
    expect(error).toMatchObject({ code: "limit-exceeded", limit: 20, retryable: false });
    expect((error as LimitError).size).toBeGreaterThan(20);
    expect((error as LimitError).message).toContain("maxEventBytes");
  });

  it("keeps refusing until reset(), and then begins anew", () => {
    const log: Entry[] = [];
    const parser = recordingParser(log, { maxEventBytes: 20 });
    parser.feed("id: 1\n\n");
    expect(() => parser.feed(`data: ${"x".repeat(30)}`)).toThrow(LimitError);
    for (const chunk of ["\n\n", "data: a\n\n", encoder.encode("data: a\n\n")]) {
      expect(() => parser.feed(chunk)).toThrow(SseError);
    }
    parser.reset();
    parser.feed("data: a\n\n");
    expect(log).toEqual([committed("1"), event("a")]);
  });

  it("is 16 MiB by default", () => {
    const parser = new EventStreamParser({});
    const mebibyte = new Uint8Array(1_048_576).fill(120);
    for (let times = 0; times < 16; times++) parser.feed(mebibyte);
    expect(() => parser.feed("x")).toThrow(LimitError);
  });

  it("may be one byte, and may be without end", () => {
    expect(observe(["\n\r\n\n"], { maxEventBytes: 1 }).overLimit).toBe(false);
    expect(observe(["d"], { maxEventBytes: 1 }).overLimit).toBe(false);
    expect(observe(["da"], { maxEventBytes: 1 }).overLimit).toBe(true);
    const unlimited = observe([`data: ${"x".repeat(100_000)}\n\n`], {
      maxEventBytes: Number.POSITIVE_INFINITY,
    });
    expect(unlimited.overLimit).toBe(false);
  });

  it.each([0, -1, Number.NaN, "5", null])("refuses %j where the parser is made", (maxEventBytes) => {
    expect(() => Reflect.construct(EventStreamParser, [{}, { maxEventBytes }])).toThrow(InvalidOptionError);
  });
});

describe("time", () => {
  // One search of what is left of the chunk at every line made this quadratic: 200 times the time, not one.
  it.each([
    ["as bytes", 16_777_216],
    ["as bytes, near the limit", 4096],
  ])("is linear where lone CRs end the lines of one large chunk, %s", (_, maxEventBytes) => {
    const lines = new Uint8Array(1_048_576).fill(13);
    expect(timeToRead(lines, lines.length, maxEventBytes)).toBeLessThan(
      20 * timeToRead(lines, 1024, maxEventBytes),
    );
  });
});

describe("end() at the limit", () => {
  it("does not throw for a sequence that is cut off, though it would be U+FFFD past the limit", () => {
    const parser = new EventStreamParser({}, { maxEventBytes: 1 });
    parser.feed(Uint8Array.of(0xf0));
    expect(parser.end()).toEqual({ truncated: true });
    parser.feed("\n");
  });

  it("says truncated after a LimitError", () => {
    const parser = new EventStreamParser({}, { maxEventBytes: 4 });
    expect(() => parser.feed("data: a\n\n")).toThrow(LimitError);
    expect(parser.end()).toEqual({ truncated: true });
  });
});

function* everyChunking(
  stream: string,
): Generator<{ name: string; chunks: readonly (Uint8Array | string)[] }> {
  yield* chunkings(encoder.encode(stream));
  // A string border within a surrogate pair has no bytes yet that could be counted; whole characters do.
  for (const { name, chunks } of chunkings(stream)) {
    if (chunks.every((chunk) => chunk.isWellFormed())) yield { name: `${name}, as text`, chunks };
  }
}

/** In milliseconds, the best of some: the others tell of the machine. */
function timeToRead(stream: Uint8Array, chunkBytes: number, maxEventBytes: number): number {
  const times = Array.from({ length: 5 }, () => {
    const parser = new EventStreamParser({}, { maxEventBytes });
    const start = performance.now();
    for (let at = 0; at < stream.length; at += chunkBytes) parser.feed(stream.subarray(at, at + chunkBytes));
    return performance.now() - start;
  });
  return Math.min(...times);
}

function thrownBy(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
