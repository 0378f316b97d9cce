import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { parseHead } from "./head.ts";

const LINES = ["GET /events?a=b HTTP/1.1", "host: one.example", "accept: text/event-stream"];

function parsed(lines: readonly string[]): ReturnType<typeof parseHead> {
  return parseHead(Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"));
}

describe("a head", () => {
  test("is read with its fields as they are, blanks around them left out", () => {
    expect(parsed([...LINES, "x-empty:", "x-blank: \t ", "x-text: \ta  b\t "])).toEqual({
      path: "/events?a=b",
      host: "one.example",
      headers: [
        ["host", "one.example"],
        ["accept", "text/event-stream"],
        ["x-empty", ""],
        ["x-blank", ""],
        ["x-text", "a  b"],
      ],
    });
  });

  test("is more until its blank line, at every byte", () => {
    const bytes = Buffer.from(`${LINES.join("\r\n")}\r\n\r\n`);
    for (let length = 0; length < bytes.length; length++) {
      expect(parseHead(bytes.subarray(0, length)), `${length} bytes`).toBe("more");
    }
  });

  test.each([
    ["a line end of LF alone", "GET / HTTP/1.1\nhost: a\n"],
    ["a line end of CR alone", "GET / HTTP/1.1\rhost: a\r"],
    ["LF after a field", "GET / HTTP/1.1\r\nhost: a\n"],
  ])("with %s is somebody else's at once, not when its time is over", (_, text) => {
    expect(parseHead(Buffer.from(text))).toBe("other");
  });

  test.each([
    ["goes on in the next line", "x: a\r\n b"],
    ["has a blank before the colon", "x : a"],
    ["has no name", ": a"],
    ["has a control character", "x: a\0b"],
    ["says how long a body is", "content-length: 0"],
    ["says how a body is sent", "transfer-encoding: chunked"],
    ["expects", "expect: 100-continue"],
    ["is a second host", "Host: two.example"],
  ])("with a field that %s is somebody else's", (_, line) => {
    expect(parsed([...LINES, line])).toBe("other");
  });

  test.each(["/a#b", "/a b", "/ä", "*", "http://a/", "a"])("for '%s' is somebody else's", (target) => {
    expect(parsed([`GET ${target} HTTP/1.1`, ...LINES.slice(1)])).toBe("other");
  });

  test("of megabytes of blanks takes no longer than another", { timeout: 5000 }, () => {
    for (const around of [
      ["", "\x01"],
      ["a", "\x01"],
      ["a", "a\x01"],
      ["\x01", ""],
    ]) {
      expect(parsed([...LINES, `x: ${around.join(" \t".repeat(500_000))}`])).toBe("other");
    }
  });
});
