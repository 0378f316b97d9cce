import { describe, expect, test } from "vitest";
import { formatPosition, parsePosition } from "./position.ts";

describe("a position", () => {
  test.each([
    { epoch: "e", offset: 0 },
    { epoch: "a-B_9", offset: 1 },
    { epoch: "x".repeat(64), offset: Number.MAX_SAFE_INTEGER },
  ])("comes back as it was written: %o", (position) => {
    expect(parsePosition(formatPosition(position))).toEqual(position);
  });

  test("is written as epoch and offset with a dot between", () => {
    expect(formatPosition({ epoch: "e1", offset: 42 })).toBe("e1.42");
  });

  test("writes only the two parts of what has more", () => {
    const more = { epoch: "e", offset: 7, channel: "a" };
    expect(formatPosition(more)).toBe("e.7");
  });

  test.each([
    ["nothing", ""],
    ["no dot", "e1"],
    ["no epoch", ".1"],
    ["no offset", "e."],
    ["two dots", "e.1.2"],
    ["an epoch of 65 characters", `${"x".repeat(65)}.1`],
    ["an epoch with another character", "é.1"],
    ["an epoch with a space", "e e.1"],
    ["a leading zero", "e.01"],
    ["zero twice", "e.00"],
    ["a sign", "e.-1"],
    ["a plus", "e.+1"],
    ["an exponent", "e.1e3"],
    ["hexadecimal", "e.0x1"],
    ["digits of another script", "e.１"],
    ["space before", " e.1"],
    ["space after", "e.1 "],
    ["a line break after", "e.1\n"],
    ["a line break before", "\ne.1"],
    ["the first offset past 2^53 - 1", "e.9007199254740992"],
    ["seventeen digits", "e.10000000000000000"],
    ["the end", "sse.end"],
    ["a null character", "e\0.1"],
  ])("is not read from %s", (_what, id) => {
    expect(parsePosition(id)).toBeUndefined();
  });

  test("a text of megabytes is refused without backtracking", { timeout: 5000 }, () => {
    for (const text of ["x".repeat(1_000_000), `e.${"1".repeat(1_000_000)}`, `${"e.".repeat(500_000)}1`]) {
      expect(parsePosition(text)).toBeUndefined();
    }
  });

  test("the prototype's names are epochs like any other", () => {
    expect(parsePosition("__proto__.3")).toEqual({ epoch: "__proto__", offset: 3 });
  });
});
