import { createServer } from "node:http";
import { createSecureServer } from "node:http2";
import { defineEvents, json, text } from "@sse/protocol";
import { describe, expectTypeOf, test } from "vitest";
import { type Connection, createChannelHub, createHub, eventStream, type Producer } from "./index.ts";
import { toNodeListener, toRequest, writeResponse } from "./node.ts";

const market = defineEvents({
  tick: json<{ symbol: string; price: number }>(),
  log: text(),
  level: text<"info" | "warn">(),
  open: text(),
});
type Market = (typeof market)["events"];
const request = new Request("http://localhost/");
type Handler = (request: Request) => Response | Promise<Response>;

describe("a handler", () => {
  test("is what a hub without channels has in respond, passed on its own", () => {
    const { respond } = createHub(market);
    expectTypeOf(respond).toExtend<Handler>();
    createServer(toNodeListener(respond));
    createSecureServer({}, toNodeListener(respond, { origin: "https://example.com", onError: undefined }));
  });

  test("is not what a hub with channels has in respond: a route says which channels", () => {
    const { respond } = createChannelHub(market);
    expectTypeOf(respond).not.toExtend<Handler>();
    // @ts-expect-error: who calls it knows no channels
    toNodeListener(respond);
    toNodeListener((incoming) => respond(incoming, { channels: ["a"] }));
  });

  test("gives a response", () => {
    // @ts-expect-error: the response was not returned
    toNodeListener((incoming) => {
      eventStream(market, incoming, (connection) => connection.end());
    });
    // @ts-expect-error: the promise's response was not returned
    toNodeListener(async (incoming) => {
      await createHub(market).respond(incoming);
    });
    // @ts-expect-error: text is no response
    toNodeListener(() => "data: a\n\n");
    // @ts-expect-error: it is a listener, and no handler
    toNodeListener(toNodeListener(() => new Response()));
  });

  test("is a listener for Node only by toNodeListener", () => {
    const hub = createHub(market);
    // @ts-expect-error: Node's request is not the web's
    createServer(hub.respond);
    createServer(async (req, res) => {
      // @ts-expect-error: Node's request is not the web's
      eventStream(market, req, () => {});
      // @ts-expect-error: a request needs to know when its response is closed
      toRequest(req);
      await writeResponse(await hub.respond(toRequest(req, res)), req, res);
    });
  });
});

describe("eventStream", () => {
  test("wants a contract or null, a request and a producer, in this order", () => {
    expectTypeOf(eventStream(market, request, () => {})).toEqualTypeOf<Response>();
    // @ts-expect-error: no producer
    eventStream(market, request);
    // @ts-expect-error: no contract; null says that there is none
    eventStream(request, () => {});
    // @ts-expect-error: undefined is a contract that somebody forgot to import
    eventStream(undefined, request, () => {});
    // @ts-expect-error: the other way round
    eventStream(request, market, () => {});
    // @ts-expect-error: the events without their contract
    eventStream(market.events, request, () => {});
    // @ts-expect-error: a generator that was called already, for no connection
    eventStream(market, request, produced());
  });

  test("sends no open, and no type that is only some text", () => {
    eventStream(market, request, (connection) => {
      // @ts-expect-error: a native EventSource would take it for its own
      connection.send("open", "a");
      // @ts-expect-error: written by end()
      connection.send("sse.end", "");
      const some: string = "log";
      // @ts-expect-error: it may be any
      connection.send(some, "a");
      // @ts-expect-error: not one of the two
      connection.send("level", "fatal");
      // @ts-expect-error: a property is missing
      connection.send("tick", { symbol: "A" });
      // @ts-expect-error: the contract writes the JSON
      connection.send("tick", JSON.stringify({ symbol: "A", price: 1 }));
    });
  });

  test("has the error at the property that is wrong", () => {
    eventStream(market, request, (connection) => {
      connection.send("tick", {
        symbol: "A",
        // @ts-expect-error: a number
        price: "1",
      });
    });
  });

  test("takes ids and times by their names", () => {
    eventStream(market, request, (connection) => {
      connection.send("log", "a", { id: "1", retryMs: undefined });
      // @ts-expect-error: an id is text
      connection.send("log", "a", { id: 1 });
      // @ts-expect-error: it is called retryMs
      connection.send("log", "a", { retry: 1 });
      // @ts-expect-error: the id is an option
      connection.send("log", "a", "1");
      // @ts-expect-error: what a client has is not to be changed
      connection.lastEventId = "1";
    });
  });

  test("takes options by their names, and false where that means something", () => {
    eventStream(market, request, () => {}, {
      heartbeatMs: false,
      maxDurationMs: false,
      maxQueueBytes: false,
    });
    // @ts-expect-error: it is called heartbeatMs
    eventStream(market, request, () => {}, { heartbeat: 1000 });
    // @ts-expect-error: how many milliseconds?
    eventStream(market, request, () => {}, { heartbeatMs: true });
    // @ts-expect-error: there is no default to switch off
    eventStream(market, request, () => {}, { retryMs: false });
    // @ts-expect-error: text is no time
    eventStream(market, request, () => {}, { maxDurationMs: "1h" });
  });
});

async function* produced(): AsyncGenerator<{ type: "log"; data: string }> {
  yield { type: "log", data: "a" };
}

describe("a producer", () => {
  test("is a callback, or gives events one by one", () => {
    expectTypeOf<(connection: Connection<Market>) => void>().toExtend<Producer<Market>>();
    expectTypeOf<() => Promise<void>>().toExtend<Producer<Market>>();
    expectTypeOf(produced).toExtend<Producer<Market>>();
    eventStream(market, request, produced);
    eventStream(market, request, () => [market.event("log", "a"), market.event("level", "warn")]);
    eventStream(market, request, () => new ReadableStream<{ type: "log"; data: string }>());
    eventStream(market, request, function* ({ lastEventId }) {
      expectTypeOf(lastEventId).toEqualTypeOf<string>();
      yield market.event("log", "a", { id: "1" });
    });
  });

  test("yields events, whole ones", () => {
    // @ts-expect-error: a text is no event
    eventStream(market, request, async function* () {
      yield "a";
    });
    // @ts-expect-error: the data is missing
    eventStream(market, request, async function* () {
      yield { type: "log" as const };
    });
    // @ts-expect-error: the type is missing
    eventStream(market, request, async function* () {
      yield { data: "a" };
    });
    // @ts-expect-error: the data of another type
    eventStream(market, request, async function* () {
      yield { type: "log" as const, data: { symbol: "A", price: 1 } };
    });
    // @ts-expect-error: a native EventSource would take it for its own
    eventStream(market, request, async function* () {
      yield { type: "open" as const, data: "a" };
    });
    // @ts-expect-error: an id is text
    eventStream(market, request, async function* () {
      yield { type: "log" as const, data: "a", id: 1 };
    });
    // @ts-expect-error: of another contract
    eventStream(market, request, async function* () {
      yield defineEvents({ log: json<{ line: string }>() }).event("log", { line: "a" });
    });
    // @ts-expect-error: without a contract there is nothing that would write the JSON
    eventStream(null, request, async function* () {
      yield { type: "message", data: { a: 1 } };
    });
  });

  test("does not return what nobody would read", () => {
    // @ts-expect-error: a promise of events is awaited by nobody
    eventStream(market, request, async () => [market.event("log", "a")]);
    // @ts-expect-error: one event is no list of events
    eventStream(market, request, () => market.event("log", "a"));
  });
});

describe("a hub", () => {
  test("has a contract", () => {
    // @ts-expect-error: no contract
    createHub();
    // @ts-expect-error: text of any type goes by eventStream only
    createHub(null);
    // @ts-expect-error: the events without their contract
    createHub(market.events);
    // @ts-expect-error: the options first
    createHub({ heartbeatMs: 1000 }, market);
  });

  test("publishes whole events of its contract", () => {
    const hub = createHub(market);
    // @ts-expect-error: a native EventSource would take it for its own
    hub.publish("open", "a");
    // @ts-expect-error: no such event
    hub.publish("tock", "a");
    // @ts-expect-error: no data
    hub.publish("log");
    // @ts-expect-error: an event as an object is for generators
    hub.publish(market.event("log", "a"));
    // @ts-expect-error: the ids are the log's
    hub.publish("log", "a", { id: "1" });
    // @ts-expect-error: a property is missing
    hub.publish("tick", { symbol: "A" });
  });

  test("without channels takes none", () => {
    // @ts-expect-error: it has one feed
    createHub(market).respond(request, { channels: ["a"] });
    // @ts-expect-error: it is createChannelHub that takes them
    createHub(market, { channels: ["a"] });
  });

  test("can be disposed of, and its stats only be read", () => {
    const hub = createHub(market);
    expectTypeOf(hub).toExtend<AsyncDisposable>();
    expectTypeOf(hub.stats().connections).toEqualTypeOf<number>();
    // @ts-expect-error: read-only
    hub.stats().connections = 0;
    // @ts-expect-error: over which time?
    hub.drain();
    // @ts-expect-error: it is called overMs
    hub.drain({ timeoutMs: 1000 });
  });
});

describe("channels", () => {
  test("are any text, unless they are named", () => {
    const rooms = createChannelHub(market);
    rooms.publish("log", "a", { channel: `room-${Math.random()}` });
    // @ts-expect-error: the channel is missing
    rooms.publish("log", "a", {});
    // @ts-expect-error: a channel that may be none
    rooms.publish("log", "a", { channel: undefined });
    // @ts-expect-error: an event goes to one channel
    rooms.publish("log", "a", { channel: ["a", "b"] });
    // @ts-expect-error: it is called channels
    rooms.respond(request, { channel: "a" });
    // @ts-expect-error: a list of them
    rooms.respond(request, { channels: "a" });
  });

  test("that come from elsewhere have to be at least one", () => {
    const rooms = createChannelHub(market);
    const asked = new URL(request.url).searchParams.getAll("channel");
    // @ts-expect-error: perhaps there is none
    rooms.respond(request, { channels: asked });
    const [first, ...more] = asked;
    // @ts-expect-error: perhaps there is none
    rooms.respond(request, { channels: [first, ...more] });
    if (first !== undefined) rooms.respond(request, { channels: [first, ...more] });
  });

  test("may have names of a form", () => {
    const rooms = createChannelHub<Market, `room:${number}`>(market);
    rooms.publish("log", "a", { channel: "room:7" });
    rooms.respond(request, { channels: ["room:7", `room:${8}`] });
    // @ts-expect-error: not of the form
    rooms.publish("log", "a", { channel: "7" });
    // @ts-expect-error: not of the form
    rooms.respond(request, { channels: ["room:7", "room:all"] });
    const some: string = "room:7";
    // @ts-expect-error: perhaps not of the form
    rooms.publish("log", "a", { channel: some });
  });
});
