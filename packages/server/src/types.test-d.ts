import { defineEvents, json, text } from "@sse/protocol";
import { expectTypeOf, test } from "vitest";
import { type Connection, createChannelHub, createHub, eventStream, type HubOptions } from "./index.ts";

/** A Standard Schema that takes text and gives a number. */
declare const transformed: {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: "test";
    readonly validate: (value: unknown) => { readonly value: { readonly price: number } };
    readonly types?: {
      readonly input: { readonly price: string };
      readonly output: { readonly price: number };
    };
  };
};
const market = defineEvents({
  tick: transformed,
  log: text(),
  error: json<{ code: number }>(),
});
const request = new Request("http://localhost/");

test("send takes the contract's types and the input of their data", () => {
  eventStream(market, request, (connection) => {
    connection.send("tick", { price: "1" });
    connection.send("log", "a", { id: "1", retryMs: 10 });
    // @ts-expect-error: no such event
    connection.send("tock", "1");
    // @ts-expect-error: data is the schema's input, not its output
    connection.send("tick", { price: 1 });
    // @ts-expect-error: text is a string
    connection.send("log", 1);
    // @ts-expect-error: data is missing
    connection.send("log");
    // @ts-expect-error: a native EventSource would take it for its own
    connection.send("error", { code: 1 });
    expectTypeOf(connection.send("log", "a")).toEqualTypeOf<boolean>();
    expectTypeOf(connection.lastEventId).toEqualTypeOf<string>();
  });
});

test("without a contract data is text, of any type", () => {
  eventStream(null, request, (connection) => {
    expectTypeOf(connection).toEqualTypeOf<Connection>();
    connection.send("anything", "text");
    // @ts-expect-error: there is no contract that would make text of it
    connection.send("anything", { a: 1 });
  });
});

test("generators yield events of the contract", () => {
  eventStream(market, request, async function* () {
    yield market.event("log", "a");
    yield { type: "tick", data: { price: "1" } };
  });
  // @ts-expect-error: not the data of a tick
  eventStream(market, request, async function* () {
    yield { type: "tick" as const, data: { price: 1 } };
  });
  // @ts-expect-error: no such event
  eventStream(market, request, async function* () {
    yield { type: "tock" as const, data: "a" };
  });
  eventStream(null, request, async function* () {
    yield { type: "message", data: "a" };
  });
});

test("publish wants the right data, and a channel where there are channels", () => {
  const hub = createHub(market);
  expectTypeOf(hub.publish("log", "a")).toEqualTypeOf<Promise<string>>();
  hub.publish("tick", { price: "1" }, { key: "k", idempotencyKey: "i" });
  // @ts-expect-error: not the data of a tick
  hub.publish("tick", { price: 1 });
  // @ts-expect-error: not sendable
  hub.publish("error", { code: 1 });
  // @ts-expect-error: this hub has no channels
  hub.publish("log", "a", { channel: "x" });

  const rooms = createChannelHub<typeof market.events, "NASDAQ" | "NYSE">(market);
  rooms.publish("log", "a", { channel: "NYSE" });
  rooms.respond(request, { channels: ["NYSE", "NASDAQ"] });
  // @ts-expect-error: the channel is missing
  rooms.publish("log", "a");
  // @ts-expect-error: the channel is missing
  rooms.publish("log", "a", { key: "k" });
  // @ts-expect-error: no such channel
  rooms.publish("log", "a", { channel: "LSE" });
  // @ts-expect-error: the channels are missing
  rooms.respond(request);
  // @ts-expect-error: no channel is no subscription
  rooms.respond(request, { channels: [] });
  // @ts-expect-error: no such channel
  rooms.respond(request, { channels: ["LSE"] });
});

test("options may be undefined, and kept apart from a contract", () => {
  const options: HubOptions = { heartbeatMs: undefined, limits: { maxPerIp: undefined }, onError: undefined };
  createHub(market, options);
  createHub(market, { snapshot: () => [market.event("log", "a")] });
  createHub(market, {
    snapshot: async function* () {
      yield market.event("log", "a");
      return "e.1";
    },
  });
  // @ts-expect-error: no event of the contract
  createHub(market, { snapshot: () => [{ type: "tock", data: 1 }] });
  // @ts-expect-error: no such policy
  createHub(market, { slowConsumer: "buffer" });
});
