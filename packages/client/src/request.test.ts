import {
  ConnectionError,
  defineEvents,
  InvalidDataError,
  InvalidOptionError,
  json,
  type SseError,
  TruncatedError,
} from "@sse/protocol";
import { describe, expect, test } from "vitest";
import { AT_ONCE, collect, play } from "../test/server/client.ts";
import type { Reply } from "../test/server/script.ts";
import { request } from "./request.ts";

const chat = defineEvents({ token: json<string>(), usage: json<number>() });
const ended = defineEvents({ token: json<string>(), stop: json<null>() }, { end: ["stop"] });
const token = (text: string, id?: string) =>
  `event: token\n${id === undefined ? "" : `id: ${id}\n`}data: "${text}"\n\n`;
const STOP = "event: stop\ndata: null\n\n";
const stream = (...body: NonNullable<Reply["body"]>): Reply => ({ body, end: "hold" });
const texts = (got: readonly { readonly data: unknown }[]) => got.map(({ data }) => data);

describe("a request", () => {
  test("posts JSON and gives the events of the one answer, until the clean end", async () => {
    const { url, seen } = await play({ body: [token("a"), token("b")] });
    const events = request(chat, url, { json: { prompt: "hi" }, headers: { authorization: "Bearer 1" } });
    const { got, thrown } = await collect(events);
    expect([texts(got), thrown]).toEqual([["a", "b"], undefined]);
    const [sent] = await seen();
    expect([sent?.method, sent?.body, sent?.headers.authorization]).toEqual([
      "POST",
      '{"prompt":"hi"}',
      "Bearer 1",
    ]);
    expect([sent?.headers["content-type"], sent?.headers.accept]).toEqual([
      "application/json",
      "text/event-stream",
    ]);
    expect((await events.response).status).toBe(200);
    expect(await seen()).toHaveLength(1);
  });

  test("is a GET without a body, and takes a method and a body per attempt", async () => {
    const { url, seen } = await play({ body: [] });
    await collect(request(chat, url));
    await collect(request(chat, url, { method: "PUT", body: ({ attempt }) => `attempt ${attempt}` }));
    expect((await seen()).map(({ method, body }) => `${method} ${body}`)).toEqual(["GET ", "PUT attempt 0"]);
  });

  test("reads chunks that lie in resizable memory, which Chromium's TextDecoder refuses", async () => {
    const bytes = new TextEncoder().encode(token("é".repeat(100), "7"));
    const chunk = new Uint8Array(Reflect.construct(ArrayBuffer, [bytes.length, { maxByteLength: 4096 }]));
    chunk.set(bytes);
    const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      for (const part of [chunk.subarray(0, 60), chunk.subarray(60)]) controller.enqueue(part);
      controller.close();
    };
    const headers = { "content-type": "text/event-stream" };
    const response = new Response(new ReadableStream<Uint8Array>({ start }), { headers });
    const { got } = await collect(request(chat, "http://a.test/", { fetch: async () => response }));
    expect(texts(got)).toEqual(["é".repeat(100)]);
  });

  test("is not repeated without resume, whatever reconnect says", async () => {
    const { url, seen } = await play({ body: [token("a", "1")], end: "rst" });
    const reconnect = { ...AT_ONCE, maxAttempts: 3 };
    // Chromium may drop what came right before the reset: what is asked here is only that nothing is sent again.
    const { thrown } = await collect(request(chat, url, { json: {}, reconnect }));
    expect(thrown).toBeInstanceOf(TruncatedError);
    expect(await seen()).toHaveLength(1);
  });

  test("finishes with an end event, sse.end or a sentinel, without waiting for the body to end", async () => {
    const done = defineEvents({ message: json<number>() }, { done: "[DONE]" });
    const cases = [
      collect(request(ended, (await play(stream(token("a"), STOP))).url)),
      collect(request(chat, (await play(stream(token("a"), "event: sse.end\nid: sse.end\ndata\n\n"))).url)),
      collect(request(done, (await play(stream("data: 1\n\ndata: [DONE]\n\n"))).url)),
    ];
    const results = await Promise.all(cases);
    expect(results.map(({ got }) => texts(got))).toEqual([["a", null], ["a"], [1]]);
    expect(results.every(({ thrown }) => thrown === undefined)).toBe(true);
  });

  test("what `until` throws, the loop throws after the event", async () => {
    const mistake = new Error("mine");
    const until = (): boolean => {
      throw mistake;
    };
    const { got, thrown } = await collect(
      request(chat, (await play(stream(token("a"), token("b")))).url, { until }),
    );
    expect([texts(got), thrown]).toEqual([["a"], mistake]);
  });

  test("finishes with the event that `until` knows; a body that ends cleanly before it was cut", async () => {
    const until = ({ data }: { readonly data: unknown }) => data === "end";
    const whole = await collect(request(chat, (await play(stream(token("a"), token("end")))).url, { until }));
    const cut = await collect(request(chat, (await play({ body: [token("a")] })).url, { until }));
    expect([texts(whole.got), whole.thrown]).toEqual([["a", "end"], undefined]);
    expect(texts(cut.got)).toEqual(["a"]);
    expect(cut.thrown).toBeInstanceOf(TruncatedError);
  });

  test("takes an event without data for a position, to be resumed after", async () => {
    const played = await play({ body: ["event: token\nid: 1\ndata:\n\n"] }, stream(token("a"), STOP));
    const { got, thrown } = await collect(request(ended, played.url, { resume: "get" }));
    expect([texts(got), thrown]).toEqual([["a", null], undefined]);
    expect((await played.seen())[1]?.headers["last-event-id"]).toBe("1");
  });

  test("takes the cursor of an event that is outside the contract", async () => {
    const counted = defineEvents({ stop: json<unknown>() }, { by: "type", id: "n", end: ["stop"] });
    const played = await play(
      { body: ['data: {"type":"ping","n":7}\n\n'] },
      stream('data: {"type":"stop"}\n\n'),
    );
    await collect(request(counted, played.url, { resume: "get" }));
    expect((await played.seen())[1]?.headers["last-event-id"]).toBe("7");
  });

  test("reads the type out of the data (`by`)", async () => {
    const items = defineEvents({ add: json<{ kind: "add"; n: number }>() }, { by: "kind" });
    const { url } = await play({ body: ['data: {"kind":"add","n":1}\n\n'] });
    expect((await collect(request(items, url))).got).toEqual([
      { type: "add", data: { kind: "add", n: 1 }, lastEventId: "" },
    ]);
  });

  test("cancels the request when its loop is left", async () => {
    const { url, seen } = await play(stream(token("a"), token("b")));
    for await (const _ of request(chat, url)) break;
    expect((await seen(1, 1))[0]?.left).toBe(true);
  });

  test("throws the reason of an aborted signal", async () => {
    const abort = new AbortController();
    const events = request(chat, (await play(stream(token("a")))).url, { signal: abort.signal });
    await events.next();
    const next = events.next();
    abort.abort(new Error("enough"));
    await expect(next).rejects.toThrow("enough");
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });
});

describe("a cut stream", () => {
  const cuts: [string, typeof chat | typeof ended, Reply][] = [
    ["by FIN", chat, { body: [token("a", "7"), { gate: "cut" }], end: "fin" }],
    ["by RST", chat, { body: [token("a", "7"), { gate: "cut" }], end: "rst" }],
    ["cleanly, but before its end event", ended, { body: [token("a", "7")] }],
    ["cleanly, but inside an event", chat, { body: [token("a", "7"), 'event: token\ndata: "b'] }],
    [
      "cleanly, but by a server that says when it is finished",
      chat,
      { body: [": sse=1\n\n", token("a", "7")] },
    ],
  ];
  for (const [how, contract, reply] of cuts) {
    test(`${how} throws TruncatedError with the delivered id`, async () => {
      const played = await play(reply);
      const events = request(contract as typeof chat, played.url);
      expect((await events.next()).value?.data).toBe("a");
      await played.open("cut");
      const error = await events.next().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(TruncatedError);
      expect([(error as TruncatedError).lastEventId, events.lastEventId]).toEqual(["7", "7"]);
      expect(await played.seen()).toHaveLength(1);
    });
  }

  test("with an error that is nothing, which is no clean end, throws TruncatedError", async () => {
    const { url } = await play({ body: [] });
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(token("a", "7"))),
      pull: (controller) => controller.error(),
    });
    const response = new Response(body, { headers: { "content-type": "text/event-stream" } });
    const { thrown } = await collect(request(chat, url, { fetch: async () => response }));
    expect(thrown).toBeInstanceOf(TruncatedError);
  });

  test("knows the delivered position, not the received one", async () => {
    const played = await play({
      body: [`${token("a", "1")}${token("b", "2")}`, { gate: "cut" }],
      end: "rst",
    });
    const events = request(chat, played.url);
    await events.next();
    expect(events.lastEventId).toBe("1");
    await played.open("cut");
    await events.next();
    const error = await events.next().catch((thrown: unknown) => thrown);
    expect([(error as TruncatedError).lastEventId, events.lastEventId]).toEqual(["2", "2"]);
  });

  test("is resumed by the same request, by GET, or by a request of the caller's", async () => {
    for (const resume of ["same", "get", "own"] as const) {
      const played = await play(
        { body: [token("a", "é1"), { gate: "cut" }], end: "rst" },
        { body: [token("b", "2")] },
      );
      const own = (id: string) =>
        new Request(`${played.url}?after=${encodeURIComponent(id)}`, { method: "POST", body: "resume" });
      const events = request(chat, played.url, { json: 1, resume: resume === "own" ? own : resume });
      const { value } = await events.next();
      await played.open("cut");
      const { got, thrown } = await collect(events);
      expect([value?.data, texts(got), thrown]).toEqual(["a", ["b"], undefined]);
      const again = (await played.seen())[1];
      const id = new TextDecoder().decode(
        Uint8Array.from(again?.headers["last-event-id"] ?? "", (byte) => byte.charCodeAt(0)),
      );
      const query = new URL(again?.url ?? "", played.url).search;
      expect([again?.method, again?.body, id, query]).toEqual(
        {
          same: ["POST", "1", "é1", ""],
          get: ["GET", "", "é1", ""],
          own: ["POST", "resume", "", "?after=%C3%A91"],
        }[resume],
      );
    }
  });

  test("is not resumed without an id", async () => {
    const played = await play({ body: [token("a"), { gate: "cut" }], end: "rst" });
    const events = request(chat, played.url, { resume: "same" });
    await events.next();
    await played.open("cut");
    await expect(events.next()).rejects.toBeInstanceOf(TruncatedError);
    expect(await played.seen()).toHaveLength(1);
  });

  test("that lost events before it was resumed throws, rather than leave them out", async () => {
    const gap = 'event: sse.gap\nid: e.9\ndata: {"from":"e.1","reason":"trimmed"}\n\n';
    const played = await play(
      { body: [token("a", "e.1"), { gate: "cut" }], end: "rst" },
      stream(gap, token("z", "e.10")),
    );
    const events = request(chat, played.url, { resume: "same" });
    await events.next();
    await played.open("cut");
    const { got, thrown } = await collect(events);
    expect([got, (thrown as SseError).code, String(thrown).includes("e.1")]).toEqual([[], "gap", true]);
  });

  test("that stays broken throws after five resumptions in a row", async () => {
    const { url, seen } = await play({ body: [token("a", "1")] }, { status: 503 });
    const { got, thrown } = await collect(request(ended, url, { resume: "same", reconnect: AT_ONCE }));
    expect(texts(got)).toEqual(["a"]);
    expect(thrown).toBeInstanceOf(TruncatedError);
    expect(((thrown as Error).cause as ConnectionError).status).toBe(503);
    expect(await seen()).toHaveLength(6);
  });
});

describe("an answer that is no stream", () => {
  test("is an error with the readable answer, and response shows status and headers", async () => {
    const body = ['{"error":{"message":"quota"}}'];
    const { url, seen } = await play({ status: 429, headers: { "content-type": "application/json" }, body });
    const events = request(chat, url, { json: 1, resume: "same" });
    const { thrown } = await collect(events);
    expect(thrown).toBeInstanceOf(ConnectionError);
    expect(JSON.parse(await (thrown as ConnectionError).text())).toEqual({ error: { message: "quota" } });
    const response = await events.response;
    expect([response.status, response.headers.get("content-type")]).toEqual([429, "application/json"]);
    expect(await seen()).toHaveLength(1);
  });

  test("with 200 and JSON is one, too, read to at most 64 KiB", async () => {
    const { url } = await play({
      headers: { "content-type": "application/json" },
      body: ["x".repeat(100_000)],
    });
    const { thrown } = await collect(request(chat, url));
    expect((await (thrown as ConnectionError).text()).length).toBe(65_536);
  });

  test("is no error where it is 204: there are no events", async () => {
    const { url } = await play({ status: 204 });
    expect(await collect(request(chat, url))).toEqual({ got: [], thrown: undefined });
  });

  test("never came: the loop throws, and so does response, which nobody has to ask", async () => {
    const refusing = async () => Promise.reject(new TypeError("fetch failed"));
    const events = request(chat, "http://x.test/", { fetch: refusing, json: 1, resume: "same" });
    const { thrown } = await collect(events);
    expect([(thrown as SseError).code, ((thrown as Error).cause as Error).message]).toEqual([
      "connection-lost",
      "fetch failed",
    ]);
    await expect(events.response).rejects.toBe(thrown);
  });
});

describe("what a request cannot take", () => {
  test("is a fetch that knows only a Request of its own, as undici's, which says so once and is told what to do", async () => {
    const { url, seen } = await play({ body: [token("a")] });
    // What theirs make of an object that is no Request to them: the text of it, for a URL.
    const theirs = async (input: unknown, init?: RequestInit) => {
      if (typeof input !== "string") throw new TypeError(`Failed to parse URL from ${String(input)}`);
      return await fetch(input, init);
    };
    const { thrown } = await collect(request(chat, url, { fetch: theirs }));
    expect(thrown).toBeInstanceOf(InvalidOptionError);
    expect(String(thrown)).toContain("(request) => fetch(request.url, request)");
    const asTold = (made: Request) => theirs(made.url, made);
    const { got } = await collect(request(chat, url, { fetch: asTold, headers: { "x-test": "1" } }));
    expect(texts(got)).toEqual(["a"]);
    const [sent] = await seen();
    expect([sent?.headers.accept, sent?.headers["x-test"]]).toEqual(["text/event-stream", "1"]);
  });

  test("invalid data throws, after the events before it", async () => {
    const { url } = await play({ body: [token("a"), "event: token\ndata: {\n\n", token("b")] });
    const { got, thrown } = await collect(request(chat, url));
    expect(texts(got)).toEqual(["a"]);
    expect(thrown).toBeInstanceOf(InvalidDataError);
  });

  test("unknown types are left out and reported", async () => {
    const { url } = await play({ body: ["event: ping\ndata: {}\n\n", token("a")] });
    const issues: string[] = [];
    const { got } = await collect(
      request(chat, url, { onIssue: ({ kind, type }) => issues.push(`${kind} ${type}`) }),
    );
    expect([texts(got), issues]).toEqual([["a"], ["unknown ping"]]);
  });

  test("sse.error throws, with the server's name for it", async () => {
    const { url } = await play({ body: [token("a"), 'event: sse.error\ndata: {"id":"x1"}\n\n'] });
    const { got, thrown } = await collect(request(chat, url));
    expect([texts(got), (thrown as SseError).code, String(thrown).includes("x1")]).toEqual([
      ["a"],
      "server-error",
      true,
    ]);
  });

  test("an event past the limit throws LimitError", async () => {
    const { url } = await play(stream(`data: ${"x".repeat(5000)}`));
    const { thrown } = await collect(request(chat, url, { maxEventBytes: 1000 }));
    expect((thrown as SseError).code).toBe("limit-exceeded");
  });
});
