import { decodeLastEventId, encodeLastEventId, MAX_ID_BYTES } from "@sse/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hostileString, hostileStrings } from "./hostile-strings.ts";

describe("a last event ID as a header", () => {
  it.each(["", "1", "abc.17", "a b", "日本", "é", "😀", "ÿ", "\x80", "a\tb", "__proto__"])(
    "%j goes there and comes back",
    (id) => {
      const header = encodeLastEventId(id);
      expect(header).toBeDefined();
      expect(new Headers({ "last-event-id": header ?? "" }).get("last-event-id")).toBe(header);
      expect(decodeLastEventId(header ?? "")).toBe(id);
    },
  );

  it.each([
    "\0",
    "a\0b",
    "a\nb",
    "a\rb",
    "\n",
    " a",
    "a ",
    "\ta",
    "a\t",
    " ",
    "\ud800",
    "a\udc00",
    "a\x01b",
    "\x1b",
    "\x7f",
  ])("%j cannot be one", (id) => {
    expect(encodeLastEventId(id)).toBeUndefined();
  });

  it("is at most 1,024 bytes", () => {
    for (const [letter, bytes] of [
      ["x", 1],
      ["é", 2],
      ["日", 3],
      ["😀", 4],
    ] as const) {
      const most = letter.repeat(Math.floor(MAX_ID_BYTES / bytes));
      expect(encodeLastEventId(most)).toHaveLength(most === letter.repeat(341) ? 1023 : 1024);
      expect(encodeLastEventId(`${most}${letter}`)).toBeUndefined();
    }
  });

  it("is what fetch takes, or is none, for every string", () => {
    const property = fc.property(fc.oneof(fc.constantFrom(...hostileStrings), hostileString), (id) => {
      const header = encodeLastEventId(id);
      if (header === undefined) return;
      const sent = new Headers({ "last-event-id": header }).get("last-event-id") ?? "";
      expect(decodeLastEventId(sent)).toBe(id);
    });
    fc.assert(property, { numRuns: 5_000, seed: 20261121 });
  });

  it("that is UTF-8 text already, as some servers hand it over, stays", () => {
    expect(decodeLastEventId("日本")).toBe("日本");
    expect(decodeLastEventId("größe 5")).toBe("größe 5"); // each character could be a byte, but not of UTF-8
  });
});
