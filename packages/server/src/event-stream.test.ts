import { defineEvents, json, text } from "@sse/protocol";
import { afterEach, describe, expect, test, vi } from "vitest";
import { BodyReader, eventsIn } from "../test/support/body.ts";
import { eventually, serve } from "../test/support/serve.ts";
import { countTurns } from "../test/support/turns.ts";
import { WireClient } from "../test/support/wire-client.ts";
import type { Connection } from "./connection.ts";
import { eventStream } from "./event-stream.ts";
import { createHub } from "./hub.ts";
import { toNodeListener } from "./node.ts";
import { noMoreEvents } from "./response.ts";

const market = defineEvents(
  { tick: json<{ price: number }>(), log: text(), closed: json<{ total: number }>() },
  { end: ["closed"] },
);
const request = (headers: Record<string, string> = {}, init: RequestInit & { url?: string } = {}): Request =>
  new Request(init.url ?? "http://localhost/events", { headers, ...init });

/** A stream whose connection the test holds. */
function open(options: Parameters<typeof eventStream>[3] = {}, of: Request = request()) {
  let connection: Connection | undefined;
  const response = eventStream(
    null,
    of,
    (given) => {
      connection = given;
    },
    options,
  );
  if (connection === undefined) throw new Error("The producer did not run.");
  return { connection, response, body: new BodyReader(response) };
}

afterEach(() => vi.restoreAllMocks());

describe("the answer", () => {
  test("has the headers of the profile, and none that HTTP/2 forbids or that gives it a length", () => {
    const headers = { "x-own": "1", connection: "keep-alive", "content-length": "5" };
    const { response, connection } = open({ headers });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-store, private, no-transform");
    expect(response.headers.get("x-accel-buffering")).toBe("no");
    expect(response.headers.get("x-own")).toBe("1");
    for (const name of ["connection", "keep-alive", "transfer-encoding", "content-length"]) {
      expect(response.headers.get(name)).toBeNull();
    }
    connection.close();
  });

  test("opens with the comment that announces the profile, and a spread retry", async () => {
    const times = new Set<number>();
    for (let n = 0; n < 40; n++) {
      const { body, connection } = open({ retryMs: 1000, heartbeatMs: 5000 });
      connection.end();
      const [, retry] = /^: sse=1 heartbeat=5000\n\nretry: (\d+)\n\n/.exec(await body.all()) ?? [];
      expect(Number(retry)).toBeGreaterThanOrEqual(750);
      expect(Number(retry)).toBeLessThanOrEqual(1250);
      times.add(Number(retry));
    }
    expect(times.size).toBeGreaterThan(5);
  });

  test("announces no heartbeat where there is none, and no retry unless asked", async () => {
    const { body, connection } = open({ heartbeatMs: false });
    connection.end();
    expect(await body.all()).toBe(": sse=1\n\nid: sse.end\nevent: sse.end\ndata: \n\n");
  });

  test("HEAD has the headers, no body, and runs no producer", () => {
    const produce = vi.fn();
    const response = eventStream(null, request({}, { method: "HEAD" }), produce);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(response.body).toBeNull();
    expect(produce).not.toHaveBeenCalled();
  });

  test.each([
    ["text/html", 406],
    ["application/json, text/plain", 406],
    ["text/event-stream;q=0", 406],
    ["*/*, text/event-stream;q=0", 406],
    ["text/event-stream;q=0, */*", 406],
    ["text/*;q=0, */*", 406],
    ["", 200],
    ["*/*", 200],
    ["text/*", 200],
    ["text/html, */*;q=0.1", 200],
    ["TEXT/Event-Stream", 200],
    ["text/event-stream; charset=utf-8", 200],
    ["*/*;q=0, text/event-stream;q=0.001", 200],
  ])("Accept %j is answered with %i", (accept, status) => {
    const produce = vi.fn();
    const response = eventStream(null, request({ accept }), produce);
    expect(response.status).toBe(status);
    expect(produce).toHaveBeenCalledTimes(status === 200 ? 1 : 0);
    void response.body?.cancel();
  });

  test("noMoreEvents is 204, which stops native clients too", () => {
    const response = noMoreEvents({ headers: { "x-own": "1" } });
    expect([response.status, response.body, response.headers.get("x-own")]).toEqual([204, null, "1"]);
  });

  test("a client that comes back after the end gets 204, by header and by query, and no producer", () => {
    const produce = vi.fn();
    expect(eventStream(null, request({ "last-event-id": "sse.end" }), produce).status).toBe(204);
    const byQuery = request({}, { url: "http://localhost/?lastEventId=sse.end" });
    expect(eventStream(null, byQuery, produce).status).toBe(204);
    expect(produce).not.toHaveBeenCalled();
  });
});

describe("lastEventId", () => {
  const utf8 = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text));

  test.each([
    ["none", {}, "http://localhost/", ""],
    ["the header", { "last-event-id": "a.1" }, "http://localhost/", "a.1"],
    ["the header in UTF-8", { "last-event-id": utf8("日本🎌") }, "http://localhost/", "日本🎌"],
    ["the query", {}, "http://localhost/?x=1&lastEventId=%E6%97%A5", "日"],
    ["the header before the query", { "last-event-id": "h" }, "http://localhost/?lastEventId=q", "h"],
    ["the query before an empty header", { "last-event-id": "" }, "http://localhost/?lastEventId=q", "q"],
  ])("is %s", (_name, headers, url, expected) => {
    const { connection } = open({}, request(headers as Record<string, string>, { url }));
    expect(connection.lastEventId).toBe(expected);
    connection.close();
  });

  test.each([
    ["over 1,024 bytes", `http://localhost/?lastEventId=${"a".repeat(1025)}`],
    ["over 1,024 bytes in UTF-8", `http://localhost/?lastEventId=${encodeURIComponent("日".repeat(342))}`],
    ["with LF", "http://localhost/?lastEventId=a%0Adata:x"],
    ["with CR", "http://localhost/?lastEventId=a%0D"],
    ["with NUL", "http://localhost/?lastEventId=a%00"],
  ])("that no server of ours can have written is refused: %s", (_name, url) => {
    const produce = vi.fn();
    expect(eventStream(null, request({}, { url }), produce).status).toBe(400);
    expect(eventStream(null, request({}, { url, method: "HEAD" }), produce).status).toBe(400);
    expect(produce).not.toHaveBeenCalled();
  });
});

describe("send", () => {
  test("without a contract writes text under any type; 'message' needs no line", async () => {
    const { connection, body } = open({ heartbeatMs: false });
    connection.send("message", "one\ntwo");
    connection.send("x", "text", { id: "7", retryMs: 10 });
    connection.close();
    expect(await body.all()).toBe(
      ": sse=1\n\ndata: one\ndata: two\n\nid: 7\nretry: 10\nevent: x\ndata: text\n\n",
    );
  });

  test("everything of one turn leaves in one chunk", async () => {
    const { connection, body } = open({ heartbeatMs: false });
    await body.next();
    for (let n = 0; n < 100; n++) {
      connection.send("message", String(n));
      await null;
    }
    expect(eventsIn(await body.next()).map(({ data }) => data)).toEqual(
      Array.from({ length: 100 }, (_, n) => `${n}`),
    );
    connection.close();
  });

  test.each([
    ["a type with LF", () => ["a\nb", "x"]],
    ["a type with CR", () => ["a\rb", "x"]],
    ["a type with NUL", () => ["a\0b", "x"]],
    ["the reserved type sse.end", () => ["sse.end", "x"]],
    ["the type error", () => ["error", "x"]],
    ["the type open", () => ["open", "x"]],
    ["the type *", () => ["*", "x"]],
    ["data that is no string", () => ["a", 1]],
    ["an id with LF", () => ["a", "x", { id: "1\ndata: evil" }]],
    ["an id with NUL", () => ["a", "x", { id: "1\0" }]],
    ["an id over 1,024 bytes", () => ["a", "x", { id: "i".repeat(1025) }]],
    ["the id of the end", () => ["a", "x", { id: "sse.end" }]],
    ["a fractional retry", () => ["a", "x", { retryMs: 1.5 }]],
    ["a retry in text", () => ["a", "x", { retryMs: "1\ndata: evil" }]],
  ])("refuses %s, and nothing of it is written", async (_name, args) => {
    const { connection, body } = open({ heartbeatMs: false });
    expect(() => Reflect.apply(connection.send, connection, args())).toThrow();
    connection.end();
    expect(eventsIn(await body.all()).map(({ type }) => type)).toEqual(["sse.end"]);
  });

  test.each(["\n", "\r", "\r\n", "\0", "\ud800", "data: x\n\nevent: evil\ndata: y"])(
    "data with %j stays data",
    async (piece) => {
      const { connection, body } = open({ heartbeatMs: false });
      connection.send("a", `<${piece}>`);
      connection.close();
      const events = eventsIn(await body.all());
      expect(events).toHaveLength(1);
      expect(events[0]?.data).toBe(`<${piece}>`.replace(/\r\n|\r/g, "\n").toWellFormed());
    },
  );

  test("a comment cannot break out of its comment", async () => {
    const { connection, body } = open({ heartbeatMs: false });
    connection.comment("x\n\ndata: evil\r\rdata: evil");
    connection.close();
    expect(eventsIn(await body.all())).toEqual([]);
  });

  test("with a contract checks types and data, unless told not to", async () => {
    const send = (type: string, data: unknown, validate?: boolean): Promise<string> => {
      const response = eventStream(
        market,
        request(),
        (connection) => {
          Reflect.apply(connection.send, connection, [type, data]);
          connection.close();
        },
        { heartbeatMs: false, validate },
      );
      return new BodyReader(response).all();
    };
    expect(await send("tick", { price: 1 })).toBe(': sse=1\n\nevent: tick\ndata: {"price":1}\n\n');
    expect(() => send("tock", 1)).toThrow("not in the contract");
    expect(() => send("log", 1)).toThrow("text() takes a string");
    expect(() => send("tick", undefined, false)).toThrow("no JSON");
  });

  test("an end event is followed by sse.end, and the connection is over", async () => {
    let after = true;
    const response = eventStream(market, request(), (connection) => {
      connection.send("closed", { total: 3 });
      after = connection.send("tick", { price: 1 });
    });
    const events = eventsIn(await new BodyReader(response).all());
    expect(events.map(({ type, lastEventId }) => [type, lastEventId])).toEqual([
      ["closed", ""],
      ["sse.end", "sse.end"],
    ]);
    expect(after).toBe(false);
  });

  test("the contract's done text is written before sse.end", async () => {
    const llm = defineEvents({ message: text() }, { done: "[DONE]" });
    const response = eventStream(llm, request(), (connection) => connection.end(), { heartbeatMs: false });
    expect(await new BodyReader(response).all()).toBe(
      ": sse=1\n\ndata: [DONE]\n\nid: sse.end\nevent: sse.end\ndata: \n\n",
    );
  });

  test("after the close nothing happens, and it says so", async () => {
    const { connection, body } = open();
    connection.close();
    expect(connection.send("a", "b")).toBe(false);
    expect(connection.comment("b")).toBe(false);
    connection.end();
    connection.close();
    expect(await connection.closed).toBe("closed");
    await connection.ready;
    expect(connection.signal.aborted).toBe(true);
    expect(await body.all()).not.toContain("sse.end");
  });
});

describe("a producer", () => {
  test("may be an async generator, whose return is the end", async () => {
    async function* produce() {
      yield market.event("tick", { price: 1 }, { id: "1" });
      await null;
      yield market.event("tick", { price: 2 }, { id: "2" });
    }
    const events = eventsIn(await new BodyReader(eventStream(market, request(), produce)).all());
    expect(events.map(({ type, lastEventId }) => `${type} ${lastEventId}`)).toEqual([
      "tick 1",
      "tick 2",
      "sse.end sse.end",
    ]);
  });

  test("may return an array, another async iterable, or a ReadableStream of events", async () => {
    const all = [market.event("log", "a"), market.event("log", "b")];
    const sources = [
      () => all,
      () =>
        new ReadableStream<(typeof all)[number]>({
          start(controller) {
            for (const event of all) controller.enqueue(event);
            controller.close();
          },
        }),
      () => ({ [Symbol.asyncIterator]: () => all.values() as never }),
    ];
    for (const source of sources) {
      const events = eventsIn(await new BodyReader(eventStream(market, request(), source)).all());
      expect(events.map(({ data }) => data)).toEqual(["a", "b", ""]);
    }
  });

  test("that is a ReadableStream is cancelled when the client leaves, while it waits for a chunk", async () => {
    const cancel = vi.fn();
    const source = () => new ReadableStream<never>({ cancel });
    const body = new BodyReader(eventStream(market, request(), source));
    await body.next();
    await body.cancel();
    await eventually(() => cancel.mock.calls.length === 1);
  });

  test.each([
    [
      "an array",
      () => Array.from({ length: 1000 }, (_, n) => market.event("log", `${n} ${"x".repeat(1000)}`)),
    ],
    [
      "a generator",
      async function* () {
        for (let n = 0; n < 1000; n++) yield market.event("log", `${n} ${"x".repeat(1000)}`);
      },
    ],
  ])(
    "that never waits, as %s, lets others have their turn, however fast its reader is",
    async (_, source) => {
      const turns = countTurns();
      const body = new BodyReader(eventStream(market, request(), source));
      expect(await body.all()).toContain("sse.end");
      expect(turns.stop()).toBeGreaterThan(50); // a megabyte, in pieces of 16 KB
      expect(body.events).toHaveLength(1001);
    },
  );

  test("that is a ReadableStream tells of its failure once", async () => {
    const onError = vi.fn();
    const source = () =>
      new ReadableStream<never>({ start: (controller) => controller.error("its failure") });
    const body = new BodyReader(eventStream(market, request(), source, { onError }));
    expect(await body.all()).toContain("event: sse.error");
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(onError).toHaveBeenCalledExactlyOnceWith("its failure", expect.any(String));
  });

  test("that is an arrow function may give back what send does", async () => {
    const source = ((given: Connection) => given.send("log", "a")) as unknown as () => void;
    const body = new BodyReader(eventStream(null, request(), source));
    await body.until("data: a");
    await body.cancel();
  });

  test("that is a callback lives until it ends it, whatever it returns", async () => {
    let connection: Connection<typeof market.events> | undefined;
    const response = eventStream(market, request(), async (given) => {
      connection = given;
      given.send("log", "a");
    });
    const body = new BodyReader(response);
    await body.until("data: a");
    await new Promise((resolve) => setTimeout(resolve, 5));
    connection?.send("log", "b");
    await body.until("data: b");
    connection?.end();
    expect(await body.all()).toContain("sse.end");
  });

  test("that throws at once, or gives what cannot be read, is an ordinary error, and leaves no timer behind", () => {
    const cleared = vi.spyOn(globalThis, "clearInterval");
    const set = vi.spyOn(globalThis, "setInterval");
    const fails = (): void => {
      throw new TypeError("before anything");
    };
    expect(() => eventStream(null, request(), fails, { heartbeatMs: 77 })).toThrow("before anything");
    const locked = new ReadableStream<never>();
    locked.getReader();
    expect(() => eventStream(null, request(), () => locked, { heartbeatMs: 77 })).toThrow("locked");
    expect(cleared.mock.calls.length).toBe(set.mock.calls.length);
  });

  test("does not run where a header of the answer cannot be one", () => {
    const set = vi.spyOn(globalThis, "setInterval");
    const produce = vi.fn();
    const headers = { "x-name": "\u2603" };
    expect(() => eventStream(null, request(), produce, { headers, heartbeatMs: 77 })).toThrow(TypeError);
    expect(produce).not.toHaveBeenCalled();
    expect(set).not.toHaveBeenCalled();
  });

  test.each([
    [
      "generator",
      async function* () {
        yield market.event("log", "a");
        throw new Error("secret");
      },
    ],
    [
      "async callback",
      async (connection: Connection<typeof market.events>) => {
        connection.send("log", "a");
        await null;
        throw new Error("secret");
      },
    ],
    [
      "generator that yields what it may not",
      async function* () {
        yield market.event("log", "a");
        yield { type: "log", data: 1 } as never;
      },
    ],
  ])("that fails later, a %s, tells the client an opaque id and you the error", async (_name, produce) => {
    const onError = vi.fn();
    const response = eventStream(market, request(), produce, { onError });
    const events = eventsIn(await new BodyReader(response).all());
    expect(events.map(({ type }) => type)).toEqual(["log", "sse.error"]);
    const { id } = JSON.parse(events[1]?.data ?? "");
    expect(id).toMatch(/^[\w-]{36}$/);
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(Error), id);
    expect(events[1]?.data).not.toContain("secret");
  });

  test("that fails, with an onError that fails, ends no process", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const response = eventStream(null, request(), () => Promise.reject(new Error("one")), {
      onError: () => {
        throw new Error("two");
      },
    });
    expect(await new BodyReader(response).all()).toContain("sse.error");
    expect(log).toHaveBeenCalledWith(expect.objectContaining({ message: "two" }));
  });

  test("is read at the pace of the client", async () => {
    let made = 0;
    async function* produce() {
      for (;;) yield { type: "message", data: `${made++} ${"x".repeat(1000)}` };
    }
    const body = new BodyReader(eventStream(null, request(), produce));
    await eventually(() => made > 10);
    const before = made;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(made).toBe(before);
    expect(made).toBeLessThan(40);
    await body.next();
    await eventually(() => made > before);
    await body.cancel();
    const after = made;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(made).toBe(after);
  });

  test("is stopped when the client leaves, even while it waits", async () => {
    const log: string[] = [];
    async function* produce({ signal }: Connection) {
      try {
        yield { type: "message", data: "a" };
        await new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        });
      } finally {
        log.push("finally");
      }
    }
    const onError = vi.fn();
    const body = new BodyReader(eventStream(null, request(), produce, { onError }));
    await body.until("data: a");
    await body.cancel();
    await eventually(() => log.length > 0);
    expect(log).toEqual(["finally"]);
    expect(onError).not.toHaveBeenCalled();
  });

  test("is told to return at once, though it waits for something that never comes", async () => {
    const returned = vi.fn(async () => ({ done: true, value: undefined }) as const);
    const produce = () => ({
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}), return: returned }),
    });
    const abort = new AbortController();
    const response = eventStream(null, request({}, { signal: abort.signal }), produce);
    const body = new BodyReader(response);
    await body.next();
    abort.abort();
    expect(returned).toHaveBeenCalledOnce();
    await body.all();
    expect(body.done).toBe(true);
  });

  test("whose clean-up fails after the client left is reported, without an id that nobody saw", async () => {
    const onError = vi.fn();
    async function* produce({ signal }: Connection) {
      try {
        yield { type: "message", data: "a" };
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: this is the failure
        throw new Error("clean-up");
      }
    }
    const body = new BodyReader(eventStream(null, request(), produce, { onError }));
    await body.until("data: a");
    await body.cancel();
    await eventually(() => onError.mock.calls.length > 0);
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: "clean-up" }), "");
  });

  test("does not run for a client that has left already", () => {
    const produce = vi.fn();
    const response = eventStream(null, request({}, { signal: AbortSignal.abort() }), produce);
    expect(produce).not.toHaveBeenCalled();
    expect(response.status).toBe(200);
  });

  test("that goes on though nobody reads is cut off at maxQueueBytes", async () => {
    const { connection } = open({ maxQueueBytes: 100_000 });
    let sent = 0;
    while (connection.send("message", "x".repeat(1000)) || sent < 1000) {
      if (++sent > 1000) break;
    }
    expect(await connection.closed).toBe("slow");
    expect(sent).toBeGreaterThan(95);
  });

  test("may have exactly maxQueueBytes waiting; with the next byte it is cut off, and what waits is freed", async () => {
    // The opening comment, and two events of 20,000 bytes.
    const { connection, body } = open({ heartbeatMs: false, maxQueueBytes: 40_009 });
    const event = "x".repeat(20_000 - "data: \n\n".length);
    expect([connection.send("message", event), connection.send("message", event)]).toEqual([false, false]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(connection.signal.aborted).toBe(false);
    connection.comment("");
    expect(await connection.closed).toBe("slow");
    expect(connection.send("message", "more")).toBe(false);
    expect(await body.all()).toBe("");
    expect(body.error).toMatchObject({ code: "closed" });
  });

  test("may send one event larger than maxQueueBytes to a client that keeps up", async () => {
    const { connection, body } = open({ heartbeatMs: false, maxQueueBytes: 1000 });
    for (let n = 0; n < 3; n++) {
      connection.send("message", `${n}${"x".repeat(50_000)}`);
      await body.until(`data: ${n}`);
      await connection.ready;
    }
    connection.end();
    await body.all();
    expect(body.events).toHaveLength(4);
  });

  test("whose client takes nothing for maxStallMs is cut off; by default it waits for ever", async () => {
    const produce = async function* () {
      for (;;) yield { type: "message", data: "x".repeat(50_000) };
    };
    const onClosed = vi.fn();
    const streamOf = (maxStallMs?: number) =>
      eventStream(
        null,
        request(),
        (connection) => {
          void connection.closed.then(onClosed);
          return produce();
        },
        { maxStallMs },
      );
    const paused = streamOf();
    const stalled = streamOf(30);
    await eventually(() => onClosed.mock.calls.length > 0);
    expect(onClosed).toHaveBeenCalledExactlyOnceWith("slow");
    await expect(stalled.body?.getReader().read()).rejects.toThrow();
    await paused.body?.cancel();
  });

  test("whose client takes a little now and then is slow, but not stalled", async () => {
    vi.useFakeTimers();
    try {
      const { connection, body } = open({ heartbeatMs: false, maxStallMs: 400 });
      for (let ms = 0; ms < 2000; ms += 20) {
        connection.send("message", "x".repeat(50_000));
        await vi.advanceTimersByTimeAsync(20);
        await body.next();
      }
      expect(connection.signal.aborted).toBe(false);
      connection.send("message", "x".repeat(50_000));
      await vi.advanceTimersByTimeAsync(1000);
      expect(connection.signal.aborted).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("time", () => {
  test("a quiet connection gets a comment within the interval, a busy one does not", async () => {
    vi.useFakeTimers();
    try {
      const { connection, body } = open({ heartbeatMs: 1600 });
      await body.next();
      for (let n = 0; n < 8; n++) {
        connection.send("message", `${n}`);
        await vi.advanceTimersByTimeAsync(1000);
      }
      const next = body.next();
      await next;
      while (!body.text.includes("data: 7")) await body.next();
      expect(body.text).not.toContain(":\n\n");
      await vi.advanceTimersByTimeAsync(700);
      await body.until(":\n\n");
      const beats = (): number => body.text.split(":\n\n").length - 1;
      const before = beats();
      for (let n = 0; n < 10; n++) {
        const read = body.next();
        await vi.advanceTimersByTimeAsync(1600);
        await read;
      }
      expect(beats() - before).toBeGreaterThanOrEqual(9);
      connection.close();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test("maxDurationMs ends the connection even while the producer waits; the client comes back", async () => {
    vi.useFakeTimers();
    try {
      const { connection, body } = open({ maxDurationMs: 10_000, heartbeatMs: false });
      await vi.advanceTimersByTimeAsync(7499);
      expect(connection.signal.aborted).toBe(false);
      await vi.advanceTimersByTimeAsync(5002);
      expect(await connection.closed).toBe("rotated");
      expect(await body.all()).toBe(": sse=1\n\n");
    } finally {
      vi.useRealTimers();
    }
  });

  test("on Bun the heartbeat comes before its server's limit of ten seconds", async () => {
    vi.stubGlobal("Bun", {});
    const { connection, body } = open();
    expect(await body.next()).toContain("heartbeat=8000");
    connection.close();
    vi.unstubAllGlobals();
  });

  test.each([
    { heartbeatMs: 0 },
    { heartbeatMs: -1 },
    { heartbeatMs: Number.NaN },
    { retryMs: -1 },
    { retryMs: 2 ** 31 },
    { maxDurationMs: 0 },
    { maxQueueBytes: 1.5 },
  ])("refuses %o", (options) => {
    expect(() => eventStream(null, request(), () => {}, options)).toThrow(/not /);
  });
});

describe("over a socket", () => {
  test("the first chunk is the opening and what was sent at once; the end ends the body", async () => {
    await using served = await serve((incoming) =>
      eventStream(null, incoming, (connection) => {
        connection.send("a", "1");
        setTimeout(() => connection.end(), 5);
      }),
    );
    using client = WireClient.open(served.port);
    await client.until(({ received }) => received.endsWith("0\r\n\r\n"));
    expect(client.head.toLowerCase()).toMatch(/^http\/1.1 200 ok\r\n/);
    expect(client.head.toLowerCase()).toContain("transfer-encoding: chunked");
    expect(client.body).toBe(
      ": sse=1 heartbeat=15000\n\nevent: a\ndata: 1\n\nid: sse.end\nevent: sse.end\ndata: \n\n",
    );
  });

  test.each(["FIN", "RST"])("a client that leaves with %s is noticed on an idle stream", async (how) => {
    const connections: Connection[] = [];
    await using served = await serve((incoming) =>
      eventStream(null, incoming, (connection) => {
        connections.push(connection);
      }),
    );
    using client = WireClient.open(served.port);
    await client.untilBody("sse=1");
    if (how === "FIN") client.socket.destroy();
    else client.socket.resetAndDestroy();
    expect(await connections[0]?.closed).toBe("client");
    expect(connections[0]?.signal.aborted).toBe(true);
    expect(connections[0]?.request.signal.aborted).toBe(true);
  });

  test("a client that leaves a busy stream stops its generator, and the process survives", async () => {
    let stopped = 0;
    async function* produce() {
      try {
        for (let n = 0; ; n++) yield { type: "message", data: `${n}${"x".repeat(n % 5000)}` };
      } finally {
        stopped++;
      }
    }
    await using served = await serve((incoming) => eventStream(null, incoming, produce));
    for (let n = 0; n < 20; n++) {
      using client = WireClient.open(served.port);
      await client.until(({ received }) => received.length > n * 10_000);
      if (n % 2) client.socket.resetAndDestroy();
    }
    await eventually(() => stopped === 20);
  });

  test("a client that never reads holds its generator back", async () => {
    let made = 0;
    async function* produce() {
      for (;;) {
        made++;
        yield { type: "message", data: "x".repeat(65_536) };
      }
    }
    await using served = await serve((incoming) => eventStream(null, incoming, produce));
    using client = WireClient.open(served.port);
    client.socket.pause();
    let before = -1;
    await eventually(() => {
      const same = made === before && made > 0;
      before = made;
      return same;
    });
    expect(made).toBeLessThan(400); // what sockets hold: some megabytes
  });
});

describe("arguments that cannot be", () => {
  const request = new Request("http://localhost/");
  test.each<[string, () => unknown, string]>([
    [
      "no producer",
      () => Reflect.apply(eventStream, undefined, [null, request]),
      "The third argument is a producer",
    ],
    [
      "an object for a contract",
      () => Reflect.apply(eventStream, undefined, [{}, request, () => {}]),
      "made by defineEvents",
    ],
    [
      "no contract",
      () => Reflect.apply(eventStream, undefined, [undefined, request, () => {}]),
      "made by defineEvents",
    ],
    ["a hub without a contract", () => Reflect.apply(createHub, undefined, []), "made by defineEvents"],
    ["a hub of text alone", () => Reflect.apply(createHub, undefined, [null]), "made by defineEvents"],
    [
      "a hub of something else",
      () => Reflect.apply(createHub, undefined, [{ tick: "json" }]),
      "made by defineEvents",
    ],
    [
      "a hub for its handler",
      () => Reflect.apply(toNodeListener, undefined, [{ respond() {} }]),
      "such as hub.respond",
    ],
  ])("%s is told", (_what, call, words) => {
    expect(call).toThrow(
      expect.objectContaining({ code: "invalid-option", message: expect.stringContaining(words) }),
    );
  });
});
