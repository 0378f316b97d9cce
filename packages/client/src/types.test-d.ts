import { bytes, defineEvents, json, type SseError, text } from "@sse/protocol";
import { expectTypeOf, test } from "vitest";
import {
  connect,
  type EventRequest,
  EventSource,
  type GapEvent,
  request,
  type Subscription,
  type UnknownEvent,
} from "./index.ts";

const market = defineEvents({ tick: json<{ price: number }>(), halt: json<string>() }, { end: ["halt"] });
type Tick = { readonly type: "tick"; readonly data: { price: number }; readonly lastEventId: string };
type Halt = { readonly type: "halt"; readonly data: string; readonly lastEventId: string };
const url = "https://x.test/";

test("connect infers events from the contract's value", () => {
  const subscription = connect(market, url);
  expectTypeOf(subscription).toEqualTypeOf<Subscription<Tick | Halt>>();
  subscription.on("tick", (event) => expectTypeOf(event).toEqualTypeOf<Tick>());
  subscription.on("*", (event) => expectTypeOf(event).toEqualTypeOf<Tick | Halt>());
  subscription.on("sse.gap", (event) => expectTypeOf(event).toEqualTypeOf<GapEvent>());
  // @ts-expect-error no such event type
  subscription.on("tock", () => {});
  // @ts-expect-error no such option
  connect(market, url, { retries: 3 });
  // @ts-expect-error a subscription only reads
  connect(market, url, { method: "POST" });
});

test("what a loop may see beside the contract is in its type only when it was asked for", () => {
  expectTypeOf(connect(market, url, { unknown: "pass" })).toEqualTypeOf<
    Subscription<Tick | Halt | UnknownEvent>
  >();
  expectTypeOf(connect(market, url, { gaps: "event" })).toEqualTypeOf<Subscription<Tick | Halt | GapEvent>>();
  expectTypeOf(connect(market, url, { gaps: "throw" })).toEqualTypeOf<Subscription<Tick | Halt>>();
});

test("connect by type alone takes contracts whose events are all JSON", () => {
  expectTypeOf(connect<typeof market>(url)).toEqualTypeOf<Subscription<Tick | Halt>>();
  connect<typeof market>(({ lastEventId, attempt }) => `${url}?${lastEventId}${attempt}`);
  const lines = defineEvents({ line: text() });
  const blobs = defineEvents({ blob: bytes() });
  const tokens = defineEvents({ message: json<number>() }, { done: "[DONE]" });
  // @ts-expect-error text needs the contract itself
  connect<typeof lines>(url);
  // @ts-expect-error bytes need the contract itself
  connect<typeof blobs>(url);
  // @ts-expect-error so does a sentinel
  connect<typeof tokens>(url);
});

test("per-attempt functions know the attempt", () => {
  connect(market, async ({ attempt }) => new URL(`?${attempt}`, url), {
    headers: async ({ lastEventId, error }) => ({ "x-last": lastEventId, "x-code": error?.code ?? "" }),
    refresh: async ({ error }) => expectTypeOf(error).not.toBeAny(),
    onReconnect: ({ attempt, delayMs, error }) => attempt < 3 && delayMs < 10 && error.retryable,
  });
});

test("request infers events, and takes a body", () => {
  const events = request(market, url, {
    json: { any: "thing" },
    resume: (id) => new Request(`${url}?${id}`),
  });
  expectTypeOf(events).toEqualTypeOf<EventRequest<Tick | Halt>>();
  expectTypeOf(events.response).toEqualTypeOf<Promise<Response>>();
  request(market, url, { until: (event) => event.type === "tick" && event.data.price > 1 });
  // @ts-expect-error no such event type
  request(market, url, { until: (event) => event.type === "tock" });
  // @ts-expect-error no such way
  request(market, url, { resume: "post" });
});

test("EventSource is what the platform's is", () => {
  const platform: typeof globalThis.EventSource = EventSource;
  globalThis.EventSource = EventSource;
  const source: globalThis.EventSource = new EventSource(url);
  expectTypeOf(source.readyState).toBeNumber();
  void platform;
  const ours = new EventSource(url);
  ours.addEventListener("message", ({ data }) => expectTypeOf(data).toEqualTypeOf<string>());
  ours.addEventListener("anything", (event) => expectTypeOf(event).toEqualTypeOf<MessageEvent>());
  ours.onerror = ({ error }) => expectTypeOf(error).toEqualTypeOf<SseError | undefined>();
  ours.onmessage = ({ lastEventId }) => expectTypeOf(lastEventId).toBeString();
  // @ts-expect-error read only
  ours.readyState = 1;
});

test("EventSource with a contract types its messages", () => {
  const source = new EventSource(url, { events: market });
  source.addEventListener("tick", ({ data }) => expectTypeOf(data).toEqualTypeOf<{ price: number }>());
  source.addEventListener("halt", ({ data }) => expectTypeOf(data).toEqualTypeOf<string>());
});
