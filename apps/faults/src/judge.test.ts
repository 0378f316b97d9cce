import { expect, test } from "vitest";
import { judge } from "./judge.ts";
import type { Sighting } from "./watch.ts";

const nothing: Sighting = {
  events: [],
  retries: [],
  announced: true,
  issues: [],
  gaps: [],
  end: "ended",
  code: undefined,
  message: undefined,
};
const waits = (...delays: readonly number[]) =>
  delays.map((delayMs) => ({ delayMs, code: "connection-lost" }));

test("all is all, and says whether it came back for it", () => {
  expect(judge({ ...nothing, events: [1, 2, 3] }, false)).toBe("all, once, in order");
  expect(judge({ ...nothing, events: [1, 2, 3] }, true)).toBe("comes back; all, once, in order");
});

test("an event twice, out of order, lost or missing at the beginning is none of the good words", () => {
  for (const events of [
    [1, 2, 2, 3],
    [2, 1, 3],
    [1, 3],
    [2, 3],
  ])
    expect(judge({ ...nothing, events }, true)).toMatch(/^out of order/);
  expect(judge({ ...nothing, events: [1, 2] }, true)).toBe("ends early, not told");
  expect(judge({ ...nothing, events: [1, 1], end: "failed", code: "truncated" }, false)).toMatch(
    /^out of order/,
  );
});

test("a gap has to be told before the first event after it, and nothing else may be missing", () => {
  const gap = "comes back; gap told, then the rest";
  expect(judge({ ...nothing, events: [2, 3], gaps: [0] }, false)).toBe(gap);
  expect(judge({ ...nothing, events: [2, 3], gaps: [1] }, false)).not.toBe(gap);
  expect(judge({ ...nothing, events: [2], gaps: [0] }, false)).not.toBe(gap);
  expect(judge({ ...nothing, events: [1, 3], gaps: [0] }, false)).not.toBe(gap);
});

test("coming back before the time that was asked for is not as asked", () => {
  const seen = { ...nothing, events: [1, 2, 3] };
  expect(judge({ ...seen, retries: waits(1000) }, true, 1000)).toMatch(/as asked/);
  expect(judge({ ...seen, retries: waits(999) }, true, 1000)).not.toMatch(/as asked/);
});

test("even waits are no backing off", () => {
  const trying = { ...nothing, end: "still trying" } as const;
  expect(judge({ ...trying, retries: waits(...Array(14).fill(2)) }, true)).toMatch(/without waiting longer/);
  expect(judge({ ...trying, retries: waits(...Array(14).fill(90)) }, true)).toMatch(/without waiting longer/);
  expect(judge({ ...trying, retries: waits(1, 2, 4, 8, 16, 32, 64, 128, 256, 256) }, true)).toBe(
    "retries, backing off",
  );
});
