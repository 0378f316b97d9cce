import { describe, expect, test } from "vitest";
import { Frame } from "../frame.ts";
import { RingLog, type RingLogLimits } from "./ring-log.ts";

const NONE: RingLogLimits = { maxEvents: false, maxBytes: false, maxAgeMs: false };
let now = 0;

function ring(limits: Partial<RingLogLimits>): RingLog {
  now = 0;
  return new RingLog({ ...NONE, ...limits }, () => now);
}
function frame(offset: number, channel = "a", payload = 0): Frame {
  return new Frame(
    { epoch: "e", offset },
    { channel, payload: "x".repeat(payload), key: undefined, end: false },
  );
}
const kept = (log: RingLog, channels = ["a", "b"]): number[] =>
  log.read(0, new Set(channels), Number.POSITIVE_INFINITY).frames.map(({ offset }) => offset);

describe("the ring log", () => {
  test("keeps exactly maxEvents", () => {
    const log = ring({ maxEvents: 3 });
    for (let n = 1; n <= 3; n++) log.append(frame(n));
    expect([kept(log), log.trimmedOf(["a"])]).toEqual([[1, 2, 3], 0]);
    log.append(frame(4));
    expect([kept(log), log.trimmedOf(["a"])]).toEqual([[2, 3, 4], 1]);
  });

  test("keeps exactly maxBytes", () => {
    const size = frame(1, "a", 100).bytes.length;
    const log = ring({ maxBytes: 3 * size });
    for (let n = 1; n <= 3; n++) log.append(frame(n, "a", 100));
    expect([log.size, log.bytes]).toEqual([3, 3 * size]);
    log.append(frame(4, "a", 0));
    expect(kept(log)).toEqual([2, 3, 4]);
    const exact = ring({ maxBytes: 3 * size - 1 });
    for (let n = 1; n <= 3; n++) exact.append(frame(n, "a", 100));
    expect(kept(exact)).toEqual([2, 3]);
  });

  test("lets go at once of an event that is larger than maxBytes", () => {
    const log = ring({ maxBytes: 50 });
    log.append(frame(1, "a", 100));
    expect([log.size, log.bytes, log.trimmedOf(["a"])]).toEqual([0, 0, 1]);
  });

  test("keeps what is exactly maxAgeMs old", () => {
    const log = ring({ maxAgeMs: 100 });
    log.append(frame(1));
    now = 50;
    log.append(frame(2));
    now = 100;
    log.trim();
    expect(kept(log)).toEqual([1, 2]);
    now = 101;
    log.trim();
    expect(kept(log)).toEqual([2]);
    now = 1000;
    log.append(frame(3));
    expect(kept(log)).toEqual([3]);
  });

  test("knows for each channel what was let go, so that a busy one costs a quiet one nothing", () => {
    const log = ring({ maxEvents: 2 });
    log.append(frame(1, "b"));
    for (let n = 2; n <= 9; n++) log.append(frame(n, "a"));
    expect([
      log.trimmedOf(["a"]),
      log.trimmedOf(["b"]),
      log.trimmedOf(["a", "b"]),
      log.trimmedOf(["c"]),
    ]).toEqual([7, 1, 7, 0]);
  });

  test("remembers a bounded number of channels, and takes a forgotten one for trimmed", () => {
    const log = ring({ maxEvents: 1 });
    for (let n = 1; n <= 10_003; n++) log.append(frame(n, `channel ${n}`));
    // 10,002 are let go: the two oldest of them are known together, by the higher.
    expect(log.trimmedOf(["channel 10002"])).toBe(10_002);
    expect(log.trimmedOf(["channel 3"])).toBe(3);
    expect(log.trimmedOf(["channel 1"])).toBe(2);
    expect(log.trimmedOf(["never seen"])).toBe(2);
  });

  test("reads pages: at least one event, otherwise at most the bytes, and says how far it has looked", () => {
    const log = ring({});
    for (let n = 1; n <= 10; n++) log.append(frame(n, n % 2 ? "a" : "b", 95));
    const size = frame(1, "a", 95).bytes.length;
    const page = (after: number, bytes: number, ...channels: string[]) => {
      const { frames, upTo } = log.read(after, new Set(channels), bytes);
      return [frames.map(({ offset }) => offset), upTo];
    };
    expect(page(0, 1, "a")).toEqual([[1], 2]);
    expect(page(0, 2 * size, "a")).toEqual([[1, 3], 4]);
    expect(page(0, 2 * size - 1, "a")).toEqual([[1], 2]);
    expect(page(2, 10_000, "b")).toEqual([[4, 6, 8, 10], 10]);
    expect(page(9, 10_000, "a")).toEqual([[], 10]);
    expect(page(10, 10_000, "a")).toEqual([[], 10]);
    expect(page(0, 10_000, "never")).toEqual([[], 10]);
  });

  test("reads the same after thousands of events have come and gone", () => {
    const log = ring({ maxEvents: 10 });
    for (let n = 1; n <= 5000; n++) {
      log.append(frame(n));
      const first = Math.max(1, n - 9);
      if (n % 97 === 0) expect(kept(log)).toEqual(Array.from({ length: n - first + 1 }, (_, i) => first + i));
    }
    expect(log.read(4995, new Set(["a"]), 1e9).frames.map(({ offset }) => offset)).toEqual([
      4996, 4997, 4998, 4999, 5000,
    ]);
  });

  test("one read looks at a bounded number of events, and the next goes on from there", () => {
    const log = ring({});
    for (let n = 1; n <= 20_000; n++) log.append(frame(n, n === 20_000 ? "rare" : "busy"));
    let at = 0;
    const found: number[] = [];
    let reads = 0;
    while (at < 20_000) {
      const { frames, upTo } = log.read(at, new Set(["rare"]), 1000);
      found.push(...frames.map(({ offset }) => offset));
      at = upTo ?? Number.NaN;
      reads++;
    }
    expect(found).toEqual([20_000]);
    expect(reads).toBe(3);
  });
});
