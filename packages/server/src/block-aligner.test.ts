import { EventStreamParser, LimitError } from "@sse/protocol";
import { describe, expect, test } from "vitest";
import { BlockAligner } from "./block-aligner.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What each chunk completes. */
function taken(...chunks: (string | Uint8Array)[]): string[] {
  const aligner = new BlockAligner();
  return chunks.map((chunk) =>
    decoder.decode(aligner.take(typeof chunk === "string" ? encoder.encode(chunk) : chunk)),
  );
}

describe("blocks", () => {
  test("are given whole, with the chunk that ends them", () => {
    expect(taken("data: 1\n\ndata: 2\n\nda", "ta: 3", "\n", "\n", "data: 4\n\n")).toEqual([
      "data: 1\n\ndata: 2\n\n",
      "",
      "",
      "data: 3\n\n",
      "data: 4\n\n",
    ]);
  });

  test("may begin with blank lines", () => {
    expect(taken("\n", "\n\ndata: 1\n", "\n")).toEqual(["\n", "\n\n", "data: 1\n\n"]);
  });

  test.each(["\n", "\r", "\r\n"])("split at every byte are the same, with %j as the line end", (end) => {
    const block = `: hello${end}id: 1${end}data: é日𝄞${end}data:${end}${end}`;
    const text = `${block}retry: 5${end}${end}${block}event: torn${end}data: x${end}`;
    const bytes = encoder.encode(text);
    for (let first = 0; first <= bytes.length; first++) {
      for (const second of [first, Math.min(bytes.length, first + 1), Math.min(bytes.length, first + 3)]) {
        const parts = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
        const given = taken(...parts);
        expect(given.join("")).toBe(`${block}retry: 5${end}${end}${block}`);
        // Whatever was given up to here, nothing of an event is torn.
        const parser = new EventStreamParser({});
        for (const one of given) {
          parser.feed(one);
          expect(parser.end().truncated).toBe(false);
        }
      }
    }
  });

  test("may mix line ends", () => {
    expect(taken("data: 1\r\n\r", "\ndata: 2\r\rdata: 3\n\r", "\ndata: 4")).toEqual([
      "data: 1\r\n\r",
      "\ndata: 2\r\rdata: 3\n\r",
      "\n",
    ]);
  });

  test("lose the byte order mark in front, and only that", () => {
    const mark = [0xef, 0xbb, 0xbf];
    const event = [...encoder.encode("data: 1\n\n")];
    for (let at = 0; at <= 4; at++) {
      const all = [...mark, ...event];
      expect(taken(Uint8Array.from(all.slice(0, at)), Uint8Array.from(all.slice(at))).join("")).toBe(
        "data: 1\n\n",
      );
    }
    expect(taken(Uint8Array.from([0xef, 0xbb]), "\n\n").join("")).toBe("\uFFFD\n\n");
    expect(taken(Uint8Array.from([...mark, ...mark, ...event])).join("")).toBe("\uFEFFdata: 1\n\n");
  });

  test("that come in pieces of any size are put together in order", () => {
    const text = Array.from({ length: 100_000 }, (_, n) => String.fromCharCode(97 + ((n * n) % 26))).join("");
    const bytes = encoder.encode(text);
    const aligner = new BlockAligner();
    aligner.take(encoder.encode("data: "));
    for (let at = 0, size = 1; at < bytes.length; at += size, size = at % 10_000 === 0 ? 7_000 : 1) {
      aligner.take(bytes.slice(at, at + size));
    }
    expect(decoder.decode(aligner.take(encoder.encode("\n\n")))).toBe(`data: ${text}\n\n`);
  });

  test("are bounded: exactly at the limit one waits, past it the stream is no more", () => {
    const aligner = new BlockAligner(10);
    aligner.take(encoder.encode("data: 1\n\ndata: 2345"));
    expect(aligner.isInBlock).toBe(true);
    expect(() => aligner.take(encoder.encode("6"))).toThrow(LimitError);
    expect(aligner.isInBlock).toBe(false);
  });
});
