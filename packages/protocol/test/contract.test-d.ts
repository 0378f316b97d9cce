import {
  type BytesCodec,
  bytes,
  defineEvents,
  type EventContract,
  type EventOf,
  type InputOf,
  type JsonCodec,
  json,
  type OutgoingEvent,
  type OutputOf,
  type Received,
  type ReceivedUnchecked,
  type SendableType,
  type TextCodec,
  text,
} from "@sse/protocol";
import { type } from "arktype";
import * as v from "valibot";
import { describe, expectTypeOf, it } from "vitest";
import * as z from "zod";
import * as mini from "zod/mini";

const market = defineEvents(
  {
    tick: z.object({ symbol: z.string(), price: z.number() }),
    halt: json<{ symbol: string }>(),
    log: text(),
    level: text<"info" | "warn">(),
    blob: bytes(),
    error: json<{ message: string }>(),
    open: text(),
  },
  { end: ["halt"], name: "market", version: "1" },
);
type Market = (typeof market)["events"];

describe("what a codec or schema takes and gives", () => {
  it("of json, text and bytes", () => {
    expectTypeOf<InputOf<JsonCodec<{ a: 1 }>>>().toEqualTypeOf<{ a: 1 }>();
    expectTypeOf<OutputOf<JsonCodec<{ a: 1 }>>>().toEqualTypeOf<{ a: 1 }>();
    expectTypeOf<InputOf<TextCodec>>().toEqualTypeOf<string>();
    expectTypeOf<OutputOf<TextCodec<"a" | "b">>>().toEqualTypeOf<"a" | "b">();
    expectTypeOf<InputOf<BytesCodec>>().toEqualTypeOf<Uint8Array>();
    expectTypeOf<OutputOf<BytesCodec>>().toEqualTypeOf<Uint8Array<ArrayBuffer>>();
  });

  const count = {
    zod: z.object({ count: z.string().transform(Number) }),
    mini: mini.object({ count: mini.pipe(mini.string(), mini.transform(Number)) }),
    valibot: v.object({ count: v.pipe(v.string(), v.transform(Number)) }),
    arktype: type({ count: "string.numeric.parse" }),
  };

  it("of zod, zod/mini, valibot and arktype", () => {
    expectTypeOf<InputOf<(typeof count)["zod"]>>().toEqualTypeOf<{ count: string }>();
    expectTypeOf<OutputOf<(typeof count)["zod"]>>().toEqualTypeOf<{ count: number }>();
    expectTypeOf<InputOf<(typeof count)["mini"]>>().toEqualTypeOf<{ count: string }>();
    expectTypeOf<OutputOf<(typeof count)["mini"]>>().toEqualTypeOf<{ count: number }>();
    expectTypeOf<InputOf<(typeof count)["valibot"]>>().toEqualTypeOf<{ count: string }>();
    expectTypeOf<OutputOf<(typeof count)["valibot"]>>().toEqualTypeOf<{ count: number }>();
    expectTypeOf<InputOf<(typeof count)["arktype"]>>().toEqualTypeOf<{ count: string }>();
    expectTypeOf<OutputOf<(typeof count)["arktype"]>>().toEqualTypeOf<{ count: number }>();
  });

  it("sends the input, receives the output, and unchecked receives the input", () => {
    const contract = defineEvents(count);
    contract.event("zod", { count: "5" });
    contract.event("mini", { count: "5" });
    contract.event("valibot", { count: "5" });
    contract.event("arktype", { count: "5" });
    // @ts-expect-error the wire carries the input, which is a string
    contract.event("zod", { count: 5 });
    // @ts-expect-error the wire carries the input, which is a string
    contract.event("mini", { count: 5 });
    // @ts-expect-error the wire carries the input, which is a string
    contract.event("valibot", { count: 5 });
    // @ts-expect-error the wire carries the input, which is a string
    contract.event("arktype", { count: 5 });
    expectTypeOf<Received<typeof count>["data"]>().toEqualTypeOf<{ count: number }>();
    expectTypeOf<ReceivedUnchecked<typeof count>["data"]>().toEqualTypeOf<{ count: string }>();
  });
});

describe("what is received", () => {
  it("is a union by type, with a last event ID", () => {
    expectTypeOf<EventOf<typeof market, "tick">>().toEqualTypeOf<{
      readonly type: "tick";
      readonly data: { symbol: string; price: number };
      readonly lastEventId: string;
    }>();
    expectTypeOf<EventOf<typeof market, "log">["data"]>().toEqualTypeOf<string>();
    expectTypeOf<EventOf<typeof market, "level">["data"]>().toEqualTypeOf<"info" | "warn">();
    expectTypeOf<EventOf<typeof market, "blob">["data"]>().toEqualTypeOf<Uint8Array<ArrayBuffer>>();
    expectTypeOf<EventOf<typeof market>>().toEqualTypeOf<Received<Market>>();
    expectTypeOf<EventOf<typeof market>["type"]>().toEqualTypeOf<
      "tick" | "halt" | "log" | "level" | "blob" | "error" | "open"
    >();
  });

  it("is narrowed by its type", () => {
    const read = (event: EventOf<typeof market>) => {
      if (event.type === "tick") expectTypeOf(event.data.price).toEqualTypeOf<number>();
      else if (event.type === "blob") expectTypeOf(event.data.byteLength).toEqualTypeOf<number>();
      else if (event.type === "log") expectTypeOf(event.data).toEqualTypeOf<string>();
      // @ts-expect-error only a tick has a price
      else event.data.price;
    };
    expectTypeOf(read).returns.toEqualTypeOf<void>();
  });

  it("cannot be written to", () => {
    const write = (event: EventOf<typeof market, "log">) => {
      // @ts-expect-error events are read-only
      event.data = "";
    };
    expectTypeOf(write).toBeFunction();
  });

  it("includes error and open, which may be read", () => {
    expectTypeOf<EventOf<typeof market, "error">["data"]>().toEqualTypeOf<{ message: string }>();
    expectTypeOf<EventOf<typeof market, "open">["data"]>().toEqualTypeOf<string>();
  });

  it("is nothing for a type that is not there", () => {
    expectTypeOf<EventOf<typeof market, "tock">>().toEqualTypeOf<never>();
  });
});

describe("what is sent", () => {
  it("is made by the factory, with the type that was named", () => {
    const tick = market.event("tick", { symbol: "A", price: 1 }, { id: "1", retryMs: undefined });
    expectTypeOf(tick.type).toEqualTypeOf<"tick">();
    expectTypeOf(tick.data).toEqualTypeOf<{ symbol: string; price: number }>();
    expectTypeOf(tick.id).toEqualTypeOf<string | undefined>();
    expectTypeOf(tick).toExtend<OutgoingEvent<Market>>();
    market.event("blob", new Uint8Array(2));
    market.event("level", "warn");
  });

  it("is refused where the data is wrong", () => {
    // @ts-expect-error price is a number
    market.event("tick", { symbol: "A", price: "1" });
    // @ts-expect-error price is missing
    market.event("tick", { symbol: "A" });
    // @ts-expect-error there is no volume
    market.event("tick", { symbol: "A", price: 1, volume: 2 });
    // @ts-expect-error log is text
    market.event("log", { message: "x" });
    // @ts-expect-error level is one of two
    market.event("level", "fatal");
    // @ts-expect-error blob is bytes
    market.event("blob", "AAAA");
    // @ts-expect-error halt needs data
    market.event("halt");
  });

  it("is refused with the error at the property that is wrong", () => {
    market.event("tick", {
      symbol: "A",
      // @ts-expect-error the error is in this line, not in the first one of the call
      price: "1",
    });
    market.event("halt", {
      // @ts-expect-error the error is in this line
      symbol: 5,
    });
  });

  it("is refused for a type that is unknown, and for error and open", () => {
    // @ts-expect-error no such event
    market.event("tock", "x");
    // @ts-expect-error a native EventSource fires its own
    market.event("error", { message: "x" });
    // @ts-expect-error a native EventSource fires its own
    market.event("open", "x");
    expectTypeOf<SendableType<Market>>().toEqualTypeOf<"tick" | "halt" | "log" | "level" | "blob">();
    expectTypeOf<OutgoingEvent<Market>["type"]>().toEqualTypeOf<"tick" | "halt" | "log" | "level" | "blob">();
  });

  it("is refused with options that are wrong", () => {
    // @ts-expect-error an id is a string
    market.event("log", "x", { id: 5 });
    // @ts-expect-error it is called retryMs
    market.event("log", "x", { retry: 5 });
  });
});

describe("defineEvents", () => {
  it("refuses reserved types", () => {
    // @ts-expect-error reserved
    defineEvents({ "sse.mark": text() });
    // @ts-expect-error reserved
    defineEvents({ "sse.": text() });
    // @ts-expect-error reserved
    defineEvents({ "*": text() });
    // @ts-expect-error reserved
    defineEvents({ ["__proto__"]: text() });
    defineEvents({ sse: text(), ssemark: text(), message: text() });
  });

  it("refuses a reserved type at its own line", () => {
    defineEvents({
      fine: text(),
      // @ts-expect-error the error is in this line
      "sse.gap": text(),
    });
  });

  it("refuses entries that are no schema and no codec", () => {
    // @ts-expect-error a string is no schema
    defineEvents({ a: "text" });
    // @ts-expect-error the codec was not called
    defineEvents({ a: text });
    // @ts-expect-error an object is no schema
    defineEvents({ a: { symbol: "string" } });
    // @ts-expect-error undefined is no schema
    defineEvents({ a: undefined });
  });

  it("refuses an end that is none of its events", () => {
    defineEvents({ a: text(), b: text() }, { end: ["b"] });
    // @ts-expect-error c is no event
    defineEvents({ a: text(), b: text() }, { end: ["c"] });
    // @ts-expect-error end is a list
    defineEvents({ a: text() }, { end: "a" });
  });

  it("refuses options that it does not know or that have a wrong type", () => {
    // @ts-expect-error it is called end
    defineEvents({ a: text() }, { ends: ["a"] });
    // @ts-expect-error done is a string
    defineEvents({ a: text() }, { done: true });
    // @ts-expect-error a version is a string
    defineEvents({ a: text() }, { version: 2 });
    // @ts-expect-error the events come first
    defineEvents();
  });

  it("takes options that are undefined", () => {
    const options = { end: undefined, done: undefined, by: undefined, id: undefined, name: undefined };
    expectTypeOf(defineEvents({ a: text() }, { ...options, version: undefined })).toExtend<EventContract>();
  });

  it("says in its type whether plain SSE fields are enough", () => {
    expectTypeOf(market.form).toEqualTypeOf<"fields">();
    expectTypeOf(defineEvents({ a: text() }, { end: ["a"] }).form).toEqualTypeOf<"fields">();
    expectTypeOf(defineEvents({ a: text() }, { done: "[DONE]" }).form).toEqualTypeOf<"custom">();
    expectTypeOf(defineEvents({ a: json<{ k: "a" }>() }, { by: "k" }).form).toEqualTypeOf<"custom">();
    expectTypeOf(defineEvents({ a: json<{ n: 1 }>() }, { id: "n" }).form).toEqualTypeOf<"custom">();
  });

  it("is an EventContract, whatever its events", () => {
    expectTypeOf(market).toExtend<EventContract>();
    expectTypeOf(market).toExtend<EventContract<Market>>();
    expectTypeOf(defineEvents({ a: text() }, { done: "x" })).toExtend<EventContract>();
    // @ts-expect-error events without the machinery are no contract
    const _contract: EventContract = { events: {}, form: "fields", options: {} };
  });
});

describe("data that is any or unknown", () => {
  it("stays what it is, and does not spread to its neighbours", () => {
    const loose = defineEvents({ a: json<unknown>(), b: z.any(), c: text(), d: json<never>() });
    expectTypeOf<EventOf<typeof loose, "a">["data"]>().toBeUnknown();
    expectTypeOf<EventOf<typeof loose, "b">["data"]>().toBeAny();
    expectTypeOf<EventOf<typeof loose, "c">["data"]>().toEqualTypeOf<string>();
    expectTypeOf<EventOf<typeof loose, "d">["data"]>().toBeNever();
  });

  it("keeps unions, optional properties and tuples", () => {
    const shapes = defineEvents({
      union: json<{ ok: true; value: number } | { ok: false; error: string }>(),
      optional: z.object({ a: z.string().optional() }),
      tuple: json<readonly [string, number]>(),
      nullable: json<string | null>(),
    });
    shapes.event("union", { ok: false, error: "x" });
    shapes.event("optional", {});
    shapes.event("tuple", ["a", 1]);
    shapes.event("nullable", null);
    // @ts-expect-error ok: true has no error
    shapes.event("union", { ok: true, error: "x" });
    expectTypeOf<EventOf<typeof shapes, "union">["data"]>().toEqualTypeOf<
      { ok: true; value: number } | { ok: false; error: string }
    >();
    expectTypeOf<EventOf<typeof shapes, "optional">["data"]>().toEqualTypeOf<{ a?: string | undefined }>();
  });
});
