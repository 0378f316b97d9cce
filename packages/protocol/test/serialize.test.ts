import {
  encodeEvent,
  InvalidEventError,
  MAX_RETRY_MS,
  type ServerSentEventInit,
  serializeComment,
  serializeEvent,
} from "@sse/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hostileString, hostileStrings } from "./hostile-strings.ts";
import { comment, committed, type Entry, event, observe, retry } from "./observation.ts";

const runs = { numRuns: 5_000, seed: 20261121 };

/** What receivers are told of an event; the serializer's whole promise. */
function told(
  { type, data, id, retryMs, comment: note }: ServerSentEventInit,
  text = (raw: string) => raw,
): Entry[] {
  const log: Entry[] = note === undefined ? [] : linesOf(text(note)).map(comment);
  if (retryMs !== undefined) log.push(retry(retryMs + 0)); // -0 is written as 0
  if (id !== undefined) log.push(committed(id));
  if (data !== undefined || type !== undefined) {
    log.push(event(linesOf(text(data ?? "")).join("\n"), { type: type || "message", id: id ?? "" }));
  }
  return log;
}

function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

/** Why an event must be refused; `undefined` for one that must be taken. */
function refusal({ type, id, retryMs }: ServerSentEventInit): RegExp | undefined {
  if (id !== undefined && /[\r\n\0]/.test(id)) return /id .* CR, LF or NUL/s;
  if (id !== undefined && !id.isWellFormed()) return /id .* lone surrogate/s;
  if (id !== undefined && new TextEncoder().encode(id).length > 1024) return /id .* 1024 bytes/s;
  if (retryMs !== undefined && !(Number.isInteger(retryMs) && retryMs >= 0 && retryMs < 2 ** 31)) {
    return /retryMs .* integer/s;
  }
  if (type !== undefined && /[\r\n\0]/.test(type)) return /type .* CR, LF or NUL/s;
  if (type !== undefined && !type.isWellFormed()) return /type .* lone surrogate/s;
  return undefined;
}

const initOf: fc.Arbitrary<ServerSentEventInit> = fc.record(
  {
    type: hostileString,
    data: hostileString,
    id: hostileString,
    retryMs: fc.oneof(fc.integer({ min: 0, max: MAX_RETRY_MS }), fc.double(), fc.integer()),
    comment: hostileString,
  },
  { requiredKeys: [] },
);

const writableString = hostileString.map((text) => text.toWellFormed().replace(/[\r\n\0]/g, ""));
const writableInit: fc.Arbitrary<ServerSentEventInit> = fc.record(
  {
    type: writableString,
    data: hostileString,
    id: writableString.filter((id) => new TextEncoder().encode(id).length <= 1024),
    retryMs: fc.integer({ min: 0, max: MAX_RETRY_MS }),
    comment: hostileString,
  },
  { requiredKeys: [] },
);

describe("serializeEvent and encodeEvent", () => {
  it("parse back to the same event whatever they take, and refuse the rest with a reason", () => {
    fc.assert(fc.property(fc.oneof(initOf, writableInit), expectRoundTripOrRefusal), runs);
  });

  it("parse back in a stream of many, each event as it was", () => {
    const property = fc.property(fc.array(writableInit, { maxLength: 6 }), (inits) => {
      let id = "";
      const expected = inits.flatMap((init) => {
        id = init.id ?? id;
        const entries = told(init, (text) => text.toWellFormed());
        return entries.map((entry) => ("event" in entry ? { ...entry, lastEventId: id } : entry));
      });
      const seen = observe(inits.map(encodeEvent));
      expect(seen.log).toEqual(expected);
      expect(seen.truncated).toBe(false);
    });
    fc.assert(property, { ...runs, numRuns: 1_500 });
  });

  it.each(hostileStrings)("take or refuse %j in every field", (text) => {
    for (const init of [
      { type: text },
      { type: text, data: text },
      { data: text },
      { id: text },
      { comment: text },
    ]) {
      expectRoundTripOrRefusal(init);
      expectRoundTripOrRefusal({ id: "1", data: "x", ...init });
    }
  });

  it("write no byte order mark, and no line end but LF", () => {
    const property = fc.property(writableInit, (init) => {
      const text = serializeEvent(init);
      expect(text.charCodeAt(0)).not.toBe(0xfeff);
      expect(text.includes("\r")).toBe(false);
      expect(text.endsWith("\n")).toBe(true);
    });
    fc.assert(property, { ...runs, numRuns: 1_000 });
  });

  it("write the bytes of the text, in a buffer of their own", () => {
    const sizes = [0, 1, 40, 56, 57, 58, 59, 60, 63, 64, 65, 100, 1_000, 100_000];
    for (const letter of ["x", "é", "日", "😀", "\ud83d"]) {
      for (const size of sizes) {
        const init = { data: letter.repeat(size) };
        const bytes = encodeEvent(init);
        const other = encodeEvent({ data: "another event" });
        expect(new TextDecoder().decode(bytes)).toBe(serializeEvent(init).toWellFormed());
        expect(bytes.buffer).not.toBe(other.buffer);
        expect(bytes.byteLength).toBe(bytes.buffer.byteLength);
      }
    }
  });

  it("write the same type again after another was refused", () => {
    expect(serializeEvent({ type: "tick" })).toBe("event: tick\ndata: \n\n");
    expect(() => serializeEvent({ type: "tick\n" })).toThrow(InvalidEventError);
    expect(() => serializeEvent({ type: "tick\n" })).toThrow(InvalidEventError);
    expect(serializeEvent({ type: "tick" })).toBe("event: tick\ndata: \n\n");
    expect(serializeEvent({ type: "", data: "a" })).toBe("data: a\n\n");
    expect(serializeEvent({ type: "tock" })).toBe("event: tock\ndata: \n\n");
  });

  it("write empty data for a type alone, and none for an id, a retry or a comment alone", () => {
    expect(observe([serializeEvent({ type: "t" })]).log).toEqual([event("", { type: "t" })]);
    expect(observe([serializeEvent({ id: "1" })]).log).toEqual([committed("1")]);
    expect(observe([serializeEvent({ retryMs: 5 })]).log).toEqual([retry(5)]);
    expect(observe([serializeEvent({ comment: "a" })]).log).toEqual([comment("a")]);
    expect(observe([serializeEvent({})]).log).toEqual([]);
  });
});

describe("an id", () => {
  it.each([
    ["ASCII", "x".repeat(1024)],
    ["two-byte characters", "é".repeat(512)],
    ["three-byte characters", `x${"日".repeat(341)}`],
    ["four-byte characters", "😀".repeat(256)],
  ])("of 1,024 bytes of %s is written, and of one more is refused", (_, id) => {
    expect(observe([encodeEvent({ id, data: "a" })]).log).toEqual([committed(id), event("a", { id })]);
    expect(() => encodeEvent({ id: `${id}x`, data: "a" })).toThrow(InvalidEventError);
    expect(() => serializeEvent({ id: `x${id}` })).toThrow(/1024 bytes/);
  });
});

describe("retryMs", () => {
  it.each([0, 1, 2 ** 31 - 1])("takes %d", (retryMs) => {
    expect(observe([serializeEvent({ retryMs })]).log).toEqual([retry(retryMs)]);
  });

  it("writes -0 as 0", () => {
    expect(serializeEvent({ retryMs: -0 })).toBe("retry: 0\n\n");
  });

  it.each([
    2 ** 31,
    2 ** 32,
    2 ** 53,
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    1e-7,
    1e21,
  ])("refuses %d", (retryMs) => {
    expect(() => serializeEvent({ retryMs })).toThrow(InvalidEventError);
    expect(() => serializeEvent({ retryMs })).toThrow(/retryMs/);
  });
});

describe("what is no event", () => {
  it.each([
    ["a string", "hello"],
    ["nothing", undefined],
    ["null", null],
    ["a number", 5],
    ["a function", () => ({ data: "x" })],
  ])("is refused, not written as an empty block: %s", (_, value) => {
    expect(() => Reflect.apply(serializeEvent, undefined, [value])).toThrow(InvalidEventError);
    expect(() => Reflect.apply(encodeEvent, undefined, [value])).toThrow(/is an object/);
  });
});

describe("a value of a wrong type", () => {
  const values: readonly [string, unknown][] = [
    ["null", null],
    ["a number", 5],
    ["a bigint", 5n],
    ["a boolean", true],
    ["a symbol", Symbol("s")],
    ["an object", {}],
    ["an object that says it is a string", { toString: () => "a\nb", length: 1 }],
    ["an object without a prototype", Object.create(null)],
    ["a String object", new String("a")],
    ["an array of a string", ["a"]],
    ["bytes", Uint8Array.of(97)],
    ["a function", () => "a"],
  ];

  it.each(values)("is refused as type, data, id and comment: %s", (_, value) => {
    for (const field of ["type", "data", "id", "comment"]) {
      // Wrong on purpose: this is what JavaScript without types does.
      const init = { [field]: value } as ServerSentEventInit;
      expect(() => serializeEvent(init), field).toThrow(InvalidEventError);
      expect(() => encodeEvent(init), field).toThrow(new RegExp(`^${field} `));
    }
    expect(() => serializeComment(value as string)).toThrow(InvalidEventError);
  });

  it.each([
    ...values.filter(([, value]) => value !== 5),
    ["a string", "5"],
    ["a string with a line", "5\ndata: x"],
  ] as const)("is refused as retryMs: %s", (_, value) => {
    expect(() => serializeEvent({ retryMs: value as number })).toThrow(InvalidEventError);
  });
});

describe("serializeComment", () => {
  it("writes what parses back to comments, and to no event", () => {
    const property = fc.property(hostileString, (text) => {
      expect(observe([serializeComment(text)]).log).toEqual(linesOf(text).map(comment));
    });
    fc.assert(property, { ...runs, numRuns: 2_000 });
  });
});

function expectRoundTripOrRefusal(init: ServerSentEventInit): void {
  const reason = refusal(init);
  if (reason !== undefined) {
    expect(() => serializeEvent(init)).toThrow(InvalidEventError);
    expect(() => encodeEvent(init)).toThrow(reason);
    return;
  }
  expect(observe([serializeEvent(init)]).log).toEqual(told(init));
  const seen = observe([encodeEvent(init)]);
  expect(seen.log).toEqual(told(init, (text) => text.toWellFormed()));
  expect(seen.truncated).toBe(false);
}
