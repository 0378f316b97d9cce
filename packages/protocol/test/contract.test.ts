import { runInNewContext } from "node:vm";
import {
  bytes,
  type ContractOptions,
  defineEvents,
  type EventContract,
  type EventMap,
  InvalidDataError,
  InvalidEventError,
  InvalidOptionError,
  json,
  SseError,
  text,
} from "@sse/protocol";
import { describe, expect, it } from "vitest";
import * as z from "zod";

const market = defineEvents({
  tick: z.object({ symbol: z.string(), price: z.number() }),
  halt: json<{ symbol: string }>(),
  log: text(),
  blob: bytes(),
});

/** What an event of the wire is to a contract. */
function decode(contract: EventContract, type: string, data: string, lastEventId = "") {
  return contract["~codec"].decode({ type, data, lastEventId });
}

describe("a contract writes", () => {
  it.each([
    ["a schema's data as JSON", "tick", { symbol: "A", price: 1.5 }, '{"symbol":"A","price":1.5}'],
    ["json() as JSON", "halt", { symbol: "A" }, '{"symbol":"A"}'],
    ["text() as it is", "log", '{"a"\nb', '{"a"\nb'],
    ["empty text", "log", "", ""],
    ["bytes() in base64", "blob", Uint8Array.of(0, 255, 254, 10), "AP/+Cg=="],
    ["no bytes", "blob", new Uint8Array(), ""],
    ["a part of a buffer", "blob", Uint8Array.of(1, 2, 3, 4).subarray(1, 3), "AgM="],
  ])("%s, and reads it back", (_, type, data, written) => {
    expect(market["~codec"].encode(type, data)).toEqual({ type, data: written });
    expect(decode(market, type, written, "7")).toEqual({
      kind: "event",
      event: { type, data, lastEventId: "7" },
      end: false,
    });
  });

  it("a schema's input, and reads its output", () => {
    const contract = defineEvents({
      at: z.object({
        time: z.string().transform((time) => new Date(time)),
        note: z.string().default("none"),
      }),
    });
    const written = contract["~codec"].encode("at", { time: "2026-01-01T00:00:00Z" });
    expect(written.data).toBe('{"time":"2026-01-01T00:00:00Z"}');
    expect(decode(contract, "at", written.data)).toMatchObject({
      event: { data: { time: new Date("2026-01-01T00:00:00Z"), note: "none" } },
    });
  });

  it("without looking, where it is told not to validate", () => {
    const wrong = { symbol: 5 };
    expect(market["~codec"].encode("tick", wrong, { validate: false }).data).toBe('{"symbol":5}');
  });

  it("large bytes", () => {
    const data = Uint8Array.from({ length: 100_000 }, (_, index) => index % 256);
    const { data: written } = market["~codec"].encode("blob", data);
    expect(decode(market, "blob", written)).toMatchObject({ event: { data } });
  });
});

it("bytes() takes a Uint8Array of another realm, as a TextEncoder makes it under Jest with jsdom", () => {
  const foreign: unknown = runInNewContext("Uint8Array.of(0, 255, 254, 10)");
  expect(market["~codec"].encode("blob", foreign).data).toBe("AP/+Cg==");
});

describe("a contract refuses to write", () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;

  it.each([
    [
      "data that a schema refuses, naming the property",
      "tick",
      { symbol: "A", price: "1" },
      /'tick'.*price: /,
    ],
    ["data without a property, naming it", "tick", { price: 1 }, /'tick'.*symbol: /],
    ["undefined as JSON", "halt", undefined, /'halt'.*undefined has no JSON/],
    ["a function as JSON", "halt", () => 1, /'halt'.*function has no JSON/],
    ["a symbol as JSON", "halt", Symbol("s"), /'halt'.*symbol has no JSON/],
    ["a bigint as JSON", "halt", { a: 5n }, /'halt'.*no JSON.*BigInt/],
    ["a circle as JSON", "halt", circular, /'halt'.*no JSON/],
    ["a number as text()", "log", 5, /'log'.*string, not number/],
    ["null as text()", "log", null, /'log'.*string, not null/],
    ["a string as bytes()", "blob", "AAAA", /'blob'.*Uint8Array, not string/],
    ["an array as bytes()", "blob", [1, 2], /'blob'.*Uint8Array, not Array/],
    ["a DataView as bytes()", "blob", new DataView(new ArrayBuffer(2)), /Uint8Array, not DataView/],
    ["an ArrayBuffer as bytes()", "blob", new ArrayBuffer(2), /'blob'.*Uint8Array, not ArrayBuffer/],
    ["an object without a prototype as text()", "log", Object.create(null), /'log'.*string/],
  ])("%s", (_, type, data, message) => {
    const write = () => market["~codec"].encode(type, data);
    expect(write).toThrow(InvalidDataError);
    expect(write).toThrow(message);
  });

  it("a type that it does not have, and says which it has", () => {
    for (const type of ["tock", "constructor", "__proto__", "toString", "", "TICK"]) {
      const write = () => market["~codec"].encode(type, {});
      expect(write, type).toThrow(InvalidEventError);
      expect(write, type).toThrow("tick, halt, log, blob");
    }
  });

  it("error and open, which it may read", () => {
    const contract = defineEvents({ error: json<{ message: string }>(), open: text(), ok: text() });
    for (const type of ["error", "open"]) {
      expect(() => contract["~codec"].encode(type, "")).toThrow(InvalidEventError);
      // Wrong on purpose: the types refuse it too.
      expect(() => contract.event(type as "ok", "")).toThrow(/EventSource/);
    }
    expect(decode(contract, "error", '{"message":"no"}')).toMatchObject({
      kind: "event",
      event: { type: "error", data: { message: "no" } },
    });
  });
});

describe("the factory event()", () => {
  it("makes an event with its id and retry", () => {
    expect(market.event("tick", { symbol: "A", price: 1 })).toEqual({
      type: "tick",
      data: { symbol: "A", price: 1 },
    });
    expect(market.event("log", "x", { id: "1", retryMs: 5 })).toEqual({
      type: "log",
      data: "x",
      id: "1",
      retryMs: 5,
    });
  });

  it("refuses a type that the contract does not have", () => {
    // Wrong on purpose: the types refuse it too.
    expect(() => market.event("tock" as "log", "")).toThrow(InvalidEventError);
  });

  it("cannot be told another type by its options", () => {
    const options = { type: "halt", data: "other", id: "1" };
    expect(market.event("log", "x", options)).toEqual({ type: "log", data: "x", id: "1" });
  });
});

describe("a contract reads", () => {
  it.each(["tock", "message", "constructor", "__proto__", "hasOwnProperty", "Tick", ""])(
    "an unknown type as an issue: %j",
    (type) => {
      const decoded = decode(market, type, "{}", "5");
      expect(decoded).toMatchObject({
        kind: "issue",
        data: "{}",
        issue: { kind: "unknown", type, lastEventId: "5" },
      });
      expect(decoded.kind === "issue" && decoded.issue.error).toBeInstanceOf(SseError);
    },
  );

  it.each([
    ["no JSON", "halt", "{x"],
    ["empty JSON", "halt", ""],
    ["two JSON values", "halt", "{}{}"],
    ["JSON that a schema refuses", "tick", '{"symbol":"A","price":"1"}'],
    ["JSON of another shape", "tick", "[]"],
    ["no base64", "blob", "*"],
    ["no base64 for its length", "blob", "AAAAA"],
    ["JSON too deep for the stack", "tick", '{"__proto__":'.repeat(50_000)],
  ])("%s as an issue, and says where", (_, type, data) => {
    const decoded = decode(market, type, data, "5");
    expect(decoded).toMatchObject({
      kind: "issue",
      data,
      issue: { kind: "invalid", type, lastEventId: "5" },
    });
    const error = decoded.kind === "issue" ? decoded.issue.error : undefined;
    expect(error).toBeInstanceOf(InvalidDataError);
    expect(error?.message).toContain(`'${type}'`);
    expect(error?.message.length).toBeLessThan(500);
  });

  it("the path of a nested property in an issue", () => {
    const contract = defineEvents({ list: z.object({ items: z.array(z.object({ id: z.number() })) }) });
    const decoded = decode(contract, "list", '{"items":[{"id":1},{"id":"2"}]}');
    expect(decoded.kind === "issue" && decoded.issue.error.message).toMatch(/items\.1\.id: /);
    expect(decoded.kind === "issue" && decoded.issue.error).toMatchObject({
      type: "list",
      issues: [{ path: ["items", 1, "id"] }],
    });
  });

  it("an end event as the end, and only that", () => {
    const contract = defineEvents({ a: text(), b: text() }, { end: ["b"] });
    expect(decode(contract, "a", "")).toMatchObject({ kind: "event", end: false });
    expect(decode(contract, "b", "")).toMatchObject({ kind: "event", end: true });
    expect(contract["~codec"].isEnd("a")).toBe(false);
    expect(contract["~codec"].isEnd("b")).toBe(true);
    expect(contract["~codec"].isEnd("constructor")).toBe(false);
  });

  it("is not written as the data of an event, which receivers would take for the end", () => {
    const contract = defineEvents({ word: text() }, { done: "[DONE]" });
    expect(() => contract["~codec"].encode("word", "[DONE]")).toThrow(
      "'[DONE]' is what the contract ends its streams with",
    );
    expect(contract["~codec"].encode("word", "[DONE] ")).toEqual({ type: "word", data: "[DONE] " });
  });

  it("done as the end, whatever the type, and only if the data is just that", () => {
    const contract = defineEvents({ message: json<{ a: number }>() }, { done: "[DONE]" });
    expect(decode(contract, "message", "[DONE]")).toEqual({ kind: "done" });
    expect(decode(contract, "other", "[DONE]")).toEqual({ kind: "done" });
    expect(decode(contract, "message", "[DONE] ")).toMatchObject({ kind: "issue" });
    expect(decode(contract, "message", '{"a":1}')).toMatchObject({
      kind: "event",
      event: { data: { a: 1 } },
    });
  });
});

describe("by", () => {
  const feed = defineEvents(
    { add: z.object({ kind: z.literal("add"), n: z.number() }), remove: json<{ kind: "remove" }>() },
    { by: "kind" },
  );

  it("takes the type from the JSON and writes no event line", () => {
    expect(feed["~codec"].encode("add", { kind: "add", n: 1 })).toEqual({
      type: undefined,
      data: '{"kind":"add","n":1}',
    });
    expect(decode(feed, "message", '{"kind":"add","n":1}')).toMatchObject({
      kind: "event",
      event: { type: "add", data: { kind: "add", n: 1 } },
    });
    expect(decode(feed, "remove", '{"kind":"add","n":1}')).toMatchObject({ event: { type: "add" } });
  });

  it("refuses data that says another type", () => {
    expect(() => feed["~codec"].encode("remove", { kind: "add" })).toThrow(/'kind' must be 'remove'/);
    expect(() => feed["~codec"].encode("remove", {})).toThrow(InvalidDataError);
    expect(() => feed["~codec"].encode("remove", null)).toThrow(InvalidDataError);
  });

  it.each(['{"kind":"constructor"}', '{"kind":"__proto__"}', '{"kind":5}', "{}", "null", "5", '"add"', "[]"])(
    "reports %s as unknown",
    (data) => {
      expect(decode(feed, "message", data)).toMatchObject({ kind: "issue", issue: { kind: "unknown" } });
    },
  );

  it("reports what is no JSON, and what the schema of the named type refuses", () => {
    expect(decode(feed, "message", "{x")).toMatchObject({ kind: "issue", issue: { kind: "invalid" } });
    expect(decode(feed, "message", '{"kind":"add","n":"1"}')).toMatchObject({
      kind: "issue",
      issue: { kind: "invalid", type: "add" },
    });
  });
});

describe("id", () => {
  const log = defineEvents({ entry: json<{ seq: number | string; text?: string }>() }, { id: "seq" });

  it.each([
    ["a number", '{"seq":7}', "7"],
    ["a string", '{"seq":"a-7"}', "a-7"],
    ["zero", '{"seq":0}', "0"],
    ["nothing", "{}", "stream"],
    ["null", '{"seq":null}', "stream"],
    ["an object", '{"seq":{}}', "stream"],
  ])("takes %s as the cursor, or the stream's", (_, data, lastEventId) => {
    expect(decode(log, "entry", data, "stream")).toMatchObject({ kind: "event", event: { lastEventId } });
  });

  it("is not taken from a prototype", () => {
    const odd = defineEvents({ entry: json<object>() }, { id: "constructor" });
    expect(decode(odd, "entry", "{}", "stream")).toMatchObject({ event: { lastEventId: "stream" } });
  });

  it("moves on with an event that does not fit", () => {
    const strict = defineEvents({ entry: z.object({ seq: z.number(), text: z.string() }) }, { id: "seq" });
    expect(decode(strict, "entry", '{"seq":8}', "7")).toMatchObject({
      kind: "issue",
      issue: { kind: "invalid", lastEventId: "8" },
    });
  });
});

describe("defineEvents", () => {
  it.each(["sse.mark", "sse.", "sse.anything", "*", "__proto__"])("refuses the reserved type %s", (type) => {
    const define = () => defineAny({ [type]: text() });
    expect(define).toThrow(InvalidOptionError);
    expect(define).toThrow(/reserved/);
  });

  it.each(["", "a\nb", "a\rb", "a\0b", "\ud800"])("refuses %j, which no event line can say", (type) => {
    expect(() => defineAny({ [type]: text() })).toThrow(InvalidOptionError);
  });

  it.each([
    "sse",
    "ssexy",
    "Sse.mark",
    "**",
    "error",
    "open",
    "message",
    "constructor",
    "日本",
    "a b",
    "a:b",
  ])("takes %s", (type) => {
    const contract = defineAny({ [type]: text() });
    expect(decode(contract, type, "x")).toMatchObject({ kind: "event", event: { type, data: "x" } });
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["a string", "text"],
    ["an empty object", {}],
    ["a codec of another kind", { kind: "xml" }],
    ["a schema of an older standard", { parse: () => 1 }],
    ["a standard that cannot validate", { "~standard": {} }],
  ])("refuses %s as an entry, and says for which type", (_, entry) => {
    const define = () => defineAny({ tick: entry });
    expect(define).toThrow(InvalidOptionError);
    expect(define).toThrow(/'tick' needs a Standard Schema/);
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["a number", 5],
    ["a list", [text()]],
    ["a function", () => ({})],
  ])("refuses %s for the events", (_, events) => {
    expect(() => Reflect.apply(defineEvents, undefined, [events])).toThrow(InvalidOptionError);
  });

  it.each(["done", "by", "id", "name", "version"])(
    "refuses a '%s' that is not a string, and names it",
    (option) => {
      const define = () => Reflect.apply(defineEvents, undefined, [{ a: json() }, { [option]: 5 }]);
      expect(define).toThrow(InvalidOptionError);
      expect(define).toThrow(`'${option}' is a string, not number`);
    },
  );

  it("refuses an end that is none of its events", () => {
    expect(() => defineAny({ a: text() }, { end: ["b"] })).toThrow(/'b'/);
    expect(() => defineAny({ a: text() }, { end: ["constructor"] })).toThrow(InvalidOptionError);
  });

  it("keeps what it was given", () => {
    const events = { a: text() };
    const contract = defineEvents(events, { name: "things", version: "2", end: ["a"] });
    expect(contract.events).toBe(events);
    expect(contract.options).toMatchObject({ name: "things", version: "2", end: ["a"] });
  });

  it("says whether plain SSE fields are enough", () => {
    const events = { a: json<{ k: string }>() };
    expect(defineEvents(events).form).toBe("fields");
    expect(defineEvents(events, { end: ["a"], name: "n" }).form).toBe("fields");
    for (const options of [{ done: "x" }, { by: "k" }, { id: "k" }]) {
      expect(defineAny(events, options).form).toBe("custom");
    }
  });
});

/** As JavaScript without types would call it. */
function defineAny(events: Record<string, unknown>, options?: ContractOptions): EventContract {
  return (defineEvents as (events: EventMap, options?: ContractOptions) => EventContract)(
    events as EventMap,
    options,
  );
}
