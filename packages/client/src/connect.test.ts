import { ConnectionError, defineEvents, InvalidOptionError, json, type SseError, text } from "@sse/protocol";
import { afterEach, describe, expect, inject, test } from "vitest";
import { AT_ONCE, collect, elsewhere, play } from "../test/server/client.ts";
import type { Reply } from "../test/server/script.ts";
import { connect } from "./connect.ts";
import type { ConnectionState } from "./connection-state.ts";
import { sessionCursor } from "./cursor-store.ts";
import type { Attempt, ConnectOptions, PerAttempt } from "./options.ts";
import type { Subscription } from "./subscription.ts";

const numbers = defineEvents({ n: json<number>(), over: json<null>() }, { end: ["over"] });
type Numbers = typeof numbers;

// biome-ignore lint/suspicious/noExplicitAny: subscriptions of any contract are closed after a test
const open: Subscription<any>[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});
type Options = ConnectOptions<"drop", "ignore">;
function subscribe(url: PerAttempt<string | URL>, options?: Options) {
  const subscription = connect(numbers, url, { reconnect: AT_ONCE, ...options });
  open.push(subscription);
  return subscription;
}

const n = (value: number, id = `${value}`) => `event: n\ndata: ${value}\nid: ${id}\n\n`;
const OVER = "event: over\ndata: null\n\n";
const END = "event: sse.end\nid: sse.end\ndata\n\n";
const stream = (...body: NonNullable<Reply["body"]>): Reply => ({ body, end: "hold" });

/** The first state that is like this. */
function reached(
  subscription: Pick<Subscription<never>, "state" | "onStateChange">,
  status: ConnectionState["status"],
): Promise<ConnectionState> {
  return new Promise((resolve) => {
    const look = (state: ConnectionState) => {
      if (state.status === status) resolve(state);
    };
    subscription.onStateChange(look);
    look(subscription.state);
  });
}
function errorOf(state: ConnectionState): SseError | undefined {
  return "error" in state ? state.error : undefined;
}
const values = (got: readonly { readonly data: unknown }[]) => got.map(({ data }) => data);

describe("a subscription", () => {
  test("gives the events of the contract to its loop, and ends with the stream", async () => {
    const { url, seen } = await play(stream(n(1), n(2), END));
    const subscription = subscribe(url);
    expect(subscription.state).toEqual({ status: "connecting", attempt: 0 });
    const { got, thrown } = await collect(subscription);
    expect(got).toEqual([
      { type: "n", data: 1, lastEventId: "1" },
      { type: "n", data: 2, lastEventId: "2" },
    ]);
    expect([thrown, await subscription.closed, subscription.lastEventId]).toEqual([undefined, "ended", "2"]);
    const [request] = await seen(1, 1);
    expect(request?.headers.accept).toBe("text/event-stream");
  });

  test("ends with an end event of the contract, which is delivered", async () => {
    const { url } = await play(stream(n(1), OVER, n(2)));
    const { got } = await collect(subscribe(url));
    expect(values(got)).toEqual([1, null]);
  });

  test("calls the listeners of a type, of all types, and none that were taken away", async () => {
    const { url } = await play(stream(n(1), { gate: "go" }, n(2), OVER));
    const subscription = subscribe(url);
    const heard: unknown[] = [];
    const abort = new AbortController();
    subscription.on("*", ({ type }) => heard.push(`* ${type}`));
    subscription.on("over", ({ type }) => heard.push(type));
    subscription.on("n", ({ data }) => heard.push(`aborted ${data}`), { signal: abort.signal });
    await new Promise<void>((resolve) => {
      const off = subscription.on("n", ({ data }) => {
        heard.push(data);
        off();
        abort.abort();
        resolve();
      });
    });
    expect(subscription.lastEventId).toBe("1");
    await fetchGate(url, "go");
    expect(await subscription.closed).toBe("ended");
    expect(heard).toEqual(["aborted 1", 1, "* n", "* n", "over", "* over"]);
  });

  test("reports a listener's exception and goes on", async () => {
    const { url } = await play(stream(n(1), n(2), OVER));
    const subscription = subscribe(url);
    const reported: unknown[] = [];
    const restore = catchReports(reported);
    const heard: number[] = [];
    subscription.on("n", ({ data }) => {
      heard.push(data);
      throw new Error(`listener ${data}`);
    });
    await subscription.closed;
    restore();
    expect(heard).toEqual([1, 2]);
    expect(reported.map(String)).toEqual(["Error: listener 1", "Error: listener 2"]);
  });

  test("reads nothing until there is a consumer", async () => {
    const { url } = await play(stream(n(1), n(2), OVER));
    const subscription = subscribe(url);
    await reached(subscription, "open");
    expect(subscription.lastEventId).toBe("");
    expect(values((await collect(subscription)).got)).toEqual([1, 2, null]);
  });

  test("has one iterator", async () => {
    const subscription = subscribe((await play(stream())).url);
    subscription[Symbol.asyncIterator]();
    expect(() => subscription[Symbol.asyncIterator]()).toThrow(InvalidOptionError);
  });

  test("closes when its loop is left, at the position that the loop had taken", async () => {
    const { url, seen } = await play(stream(n(1) + n(2) + n(3)));
    const subscription = subscribe(url);
    for await (const { data } of subscription) if (data === 2) break;
    expect([await subscription.closed, subscription.lastEventId]).toEqual(["closed", "2"]);
    expect((await seen(1, 1))[0]?.left).toBe(true);
  });

  test("close() ends a waiting loop quietly", async () => {
    const subscription = subscribe((await play(stream(n(1)))).url);
    const collected = collect(subscription);
    await reached(subscription, "open");
    subscription.close();
    expect((await collected).thrown).toBe(undefined);
    expect(await subscription.closed).toBe("closed");
  });

  test("an aborted signal throws its reason into the loop", async () => {
    const abort = new AbortController();
    const subscription = subscribe((await play(stream(n(1)))).url, { signal: abort.signal });
    const collected = collect(subscription);
    await reached(subscription, "open");
    const reason = new Error("enough");
    abort.abort(reason);
    expect((await collected).thrown).toBe(reason);
    expect(await subscription.closed).toBe("closed");
    expect((await collect(subscribe("http://x.test/", { signal: abort.signal }))).thrown).toBe(reason);
  });

  test("is disposed of by `await using`", async () => {
    const subscription = subscribe((await play(stream(n(1)))).url);
    await subscription[Symbol.asyncDispose]();
    expect(await subscription.closed).toBe("closed");
  });

  test("pushes back to the socket while its loop is busy", async () => {
    const big = `event: n\ndata: ${JSON.stringify(1)}\n: ${"x".repeat(60_000)}\n\n`;
    const { url } = await play(stream(...Array.from({ length: 400 }, () => big), OVER));
    let read = 0;
    const counting = async (request: Request) => {
      const response = await fetch(request);
      const counted = response.body?.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>(
          {
            transform(chunk, controller) {
              read += chunk.length;
              controller.enqueue(chunk);
            },
          },
          undefined,
          { highWaterMark: 0 },
        ),
      );
      return new Response(counted ?? null, { headers: response.headers });
    };
    const subscription = subscribe(url, { fetch: counting });
    const iterator = subscription[Symbol.asyncIterator]();
    await iterator.next();
    const before = read;
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
    expect(read - before).toBeLessThan(1_000_000);
    let rest = 1;
    while (!(await iterator.next()).done) rest++;
    expect([rest, read > 20_000_000]).toEqual([401, true]);
  });
});

describe("the contract", () => {
  test("leaves out what is invalid or unknown, reports it, and moves the position past it", async () => {
    const { url } = await play(
      stream(n(1), "event: n\ndata: {\nid: 2\n\n", "event: new\ndata: x\nid: 3\n\n", OVER),
    );
    const issues: string[] = [];
    const subscription = subscribe(url, {
      onIssue: ({ kind, type, lastEventId }) => issues.push(`${kind} ${type} ${lastEventId}`),
    });
    expect(values((await collect(subscription)).got)).toEqual([1, null]);
    expect(issues).toEqual(["invalid n 2", "unknown new 3"]);
    expect(subscription.lastEventId).toBe("3");
  });

  test("passes unknown types when asked", async () => {
    const { url } = await play(stream("event: new\ndata: x\nid: 3\n\n", OVER));
    const { got } = await collect(connect(numbers, url, { unknown: "pass" }));
    expect(got[0]).toEqual({ type: "sse.unknown", name: "new", data: "x", lastEventId: "3" });
  });

  test("by type alone reads JSON, without prototypes in it", async () => {
    const { url } = await play(
      stream(n(1), 'event: n\ndata: {"__proto__":{"a":1},"b":2}\n\n', "data: {\n\n", END),
    );
    const issues: string[] = [];
    const { got } = await collect(connect<Numbers>(url, { onIssue: ({ kind }) => issues.push(kind) }));
    expect(values(got)).toEqual([1, { b: 2 }]);
    expect(issues).toEqual(["invalid"]);
  });

  test("an exception of onIssue is reported and goes no further", async () => {
    const { url } = await play(stream("event: new\ndata: x\n\n", OVER));
    const reported: unknown[] = [];
    const restore = catchReports(reported);
    const { got } = await collect(subscribe(url, { onIssue: () => void JSON.parse("{") }));
    restore();
    expect([values(got), reported.length]).toEqual([[null], 1]);
  });

  test("a sentinel (`done`) finishes, and a cursor in the data (`id`) is what a reconnection sends", async () => {
    const tokens = defineEvents({ message: json<{ seq: number }>() }, { done: "[DONE]", id: "seq" });
    const { url, seen } = await play(
      { body: ['data: {"seq":1}\n\n'] },
      stream('data: {"seq":2}\n\n', "data: [DONE]\n\n"),
    );
    const subscription = connect(tokens, url, { reconnect: AT_ONCE });
    const { got } = await collect(subscription);
    expect(got.map(({ lastEventId }) => lastEventId)).toEqual(["1", "2"]);
    expect([await subscription.closed, (await seen(2))[1]?.headers["last-event-id"]]).toEqual(["ended", "1"]);
  });
});

describe("an answer that is no stream", () => {
  for (const status of [408, 425, 429, 500, 502, 503, 504]) {
    test(`${status} is tried again`, async () => {
      const { url, seen } = await play({ status, body: ["busy"] }, stream(OVER));
      const subscription = subscribe(url);
      const waiting = reached(subscription, "waiting");
      expect(values((await collect(subscription)).got)).toEqual([null]);
      if (status === 408 && inject("project") === "chromium") return; // which repeats a 408 by itself
      const error = errorOf(await waiting) as ConnectionError;
      expect([error.code, error.status, error.retryable]).toEqual(["response-refused", status, true]);
      expect(await seen()).toHaveLength(2);
    });
  }

  for (const status of [202, 400, 401, 403, 404, 410, 501]) {
    test(`${status} is final, and its error has the answer's text`, async () => {
      const { url, seen } = await play({ status, body: ['{"error":"no"}'] });
      const subscription = subscribe(`${url}?token=secret`);
      const { thrown } = await collect(subscription);
      expect(thrown).toBeInstanceOf(ConnectionError);
      const error = thrown as ConnectionError;
      expect([error.code, error.status, error.url]).toEqual(["response-refused", status, url]);
      expect(error.message).not.toContain("secret");
      expect(await error.text()).toBe('{"error":"no"}');
      expect([await subscription.closed, errorOf(subscription.state)]).toEqual(["failed", error]);
      expect(await seen()).toHaveLength(1);
    });
  }

  test("200 with HTML is final", async () => {
    const { url } = await play({ headers: { "content-type": "text/html" }, body: ["<h1>Sign in</h1>"] });
    const { thrown } = await collect(subscribe(url));
    expect(String(thrown)).toContain("200 with text/html");
  });

  test("204 stops, and the loop ends", async () => {
    const { url, seen } = await play({ body: [n(1)] }, { status: 204 });
    const subscription = subscribe(url);
    expect(values((await collect(subscription)).got)).toEqual([1]);
    expect([await subscription.closed, (await seen()).length]).toEqual(["stopped", 2]);
  });

  for (const status of [404, 410]) {
    test(`${status} with a last event ID is 'gone'`, async () => {
      const { url } = await play({ body: [n(1, "e.1")] }, { status });
      const { got, thrown } = await collect(subscribe(url));
      expect(values(got)).toEqual([1]);
      expect((thrown as ConnectionError).code).toBe("gone");
    });
  }

  test("Retry-After is the least wait, in seconds and as a date", async () => {
    for (const value of ["120", new Date(Date.now() + 121_000).toUTCString()]) {
      const { url } = await play({ status: 503, headers: { "retry-after": value } });
      const state = await reached(subscribe(url), "waiting");
      expect(state.status === "waiting" && state.delayMs).toBeGreaterThan(115_000);
      expect(state.status === "waiting" && state.delayMs).toBeLessThan(125_000);
    }
  });
});

describe("credentials", () => {
  const grants: [string, Reply][] = [
    ["a 401", { status: 401 }],
    ["sse.reauth", { body: [`${n(1)}event: sse.reauth\ndata\n\n`] }],
  ];
  for (const [name, reply] of grants) {
    test(`${name} calls refresh once and comes back at once with new headers`, async () => {
      const { url, seen } = await play(reply, stream(n(2), OVER));
      let token = "old";
      const asked: Attempt[] = [];
      const subscription = subscribe(url, {
        headers: () => ({ authorization: token }),
        refresh: (attempt) => {
          asked.push(attempt);
          token = "new";
        },
        reconnect: { reconnectionTimeMs: 1e6 },
      });
      expect(values((await collect(subscription)).got).slice(-2)).toEqual([2, null]);
      expect((await seen()).map(({ headers }) => headers.authorization)).toEqual(["old", "new"]);
      expect(asked.map(({ error }) => (error as ConnectionError).status)).toEqual([401]);
    });
  }

  test("a second 401 in the same outage is final", async () => {
    const { url, seen } = await play({ status: 401 });
    let asked = 0;
    const { thrown } = await collect(subscribe(url, { refresh: () => void asked++ }));
    expect([(thrown as ConnectionError).status, asked, (await seen()).length]).toEqual([401, 1, 2]);
  });

  test("a grant that ends again right after a refresh is final, and the state is never stale", async () => {
    const { url, seen } = await play({ body: ["event: sse.reauth\ndata\n\n"] });
    let asked = 0;
    const subscription = subscribe(url, { refresh: () => void asked++ });
    const states: string[] = [];
    subscription.onStateChange(({ status }) => states.push(status));
    const { thrown } = await collect(subscription);
    expect([(thrown as ConnectionError).status, asked, (await seen()).length]).toEqual([401, 1, 2]);
    expect(states).toEqual(["open", "connecting", "open", "closed"]);
  });

  test("a refresh that fails is final, with its reason", async () => {
    const { url } = await play({ status: 401 });
    const reason = new Error("signed out");
    const { thrown } = await collect(subscribe(url, { refresh: () => Promise.reject(reason) }));
    expect((thrown as ConnectionError).cause).toBe(reason);
  });

  test("sse.reauth without refresh is an ordinary loss", async () => {
    const { url, seen } = await play({ body: ["event: sse.reauth\ndata\n\n"] }, stream(OVER));
    await collect(subscribe(url));
    expect(await seen()).toHaveLength(2);
  });
});

describe("reconnecting", () => {
  test("asks url and headers again, and tells them why", async () => {
    const { url, seen } = await play({ status: 503 }, { body: [n(1)] }, stream(OVER));
    const asked: string[] = [];
    const subscription = subscribe(({ attempt, lastEventId, error }: Attempt) => {
      asked.push(`${attempt} ${lastEventId} ${error?.code}`);
      return `${url}?attempt=${attempt}`;
    });
    await collect(subscription);
    expect(asked).toEqual(["0  undefined", "1  response-refused", "2 1 connection-lost"]);
    expect((await seen()).map((request) => request.url.split("?")[1])).toEqual([
      "attempt=0",
      "attempt=1",
      "attempt=2",
    ]);
  });

  test("tries again when a per-attempt function throws", async () => {
    const { url } = await play(stream(OVER));
    let calls = 0;
    const headers = () => {
      if (calls++ === 0) throw new Error("no token yet");
      return {};
    };
    const subscription = subscribe(url, { headers });
    const waiting = reached(subscription, "waiting");
    expect(values((await collect(subscription)).got)).toEqual([null]);
    expect(String(errorOf(await waiting)?.cause)).toContain("no token yet");
  });

  test("what cannot be a request is final, and no secret is in the error", async () => {
    const { thrown: credentials } = await collect(subscribe("http://user:secret@x.test/"));
    expect(credentials).toBeInstanceOf(InvalidOptionError);
    expect(String(credentials)).not.toContain("secret");
    if (inject("project") === "happy-dom") return; // whose Headers take anything
    const { thrown } = await collect(
      subscribe("http://x.test/", { headers: () => ({ "x-token": "secret\n" + "x: y" }) }),
    );
    expect(thrown).toBeInstanceOf(InvalidOptionError);
    expect(JSON.stringify([String(thrown), String((thrown as Error).cause)])).not.toContain("secret");
  });

  test("a server that ends at once is met with longer and longer waits", async () => {
    const { url, seen } = await play({ body: [] });
    const delays: number[] = [];
    const backoff = { minDelayMs: 1, maxDelayMs: 1_000_000, maxAttempts: 5 };
    const subscription = subscribe(url, {
      reconnect: backoff,
      onReconnect: ({ delayMs }) => void delays.push(delayMs),
    });
    const { thrown } = await collect(subscription);
    expect((thrown as ConnectionError).code).toBe("connection-lost");
    expect([delays.length, (await seen()).length, await subscription.closed]).toEqual([5, 6, "failed"]);
    for (const [at, delay] of delays.entries()) expect(delay).toBeLessThanOrEqual(2 ** at);
  });

  test("a hostile retry is kept between a second and a minute", async () => {
    const waits: unknown[] = [];
    for (const retry of ["0", "4294967296", "99999999999999999999999"]) {
      const { url } = await play({ body: [`retry: ${retry}\n${n(1)}`] });
      const subscription = subscribe(url);
      subscription.on("n", () => {});
      const state = await reached(subscription, "waiting");
      waits.push(state.status === "waiting" && state.delayMs);
      subscription.close();
    }
    expect(waits).toEqual([1000, 60_000, 60_000]);
  });

  test("a server that cannot be reached is tried again, and the error says which", async () => {
    const { url } = await play(stream(OVER));
    const unreachable = "http://127.0.0.1:1/path?token=secret";
    const subscription = subscribe(({ attempt }) => (attempt === 0 ? unreachable : url));
    const waiting = reached(subscription, "waiting");
    expect(values((await collect(subscription)).got)).toEqual([null]);
    const error = errorOf(await waiting);
    expect([error?.code, error?.message]).toEqual([
      "connection-lost",
      // In a page it may be CORS that keeps the answer back.
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:1\/path gave no answer(, or none that CORS .*)?\.$/),
    ]);
  });

  test("an error says which attempt was lost, whether there is another one, and when", async () => {
    const { url } = await play({ status: 503 });
    const told: unknown[] = [];
    const subscription = subscribe(url, {
      reconnect: { maxAttempts: 2, minDelayMs: 0, reconnectionTimeMs: 5 },
      onReconnect: ({ error: { attempt, willRetry, delayMs } }) =>
        void told.push([attempt, willRetry, delayMs]),
    });
    const { thrown } = await collect(subscription);
    expect(told).toEqual([
      [0, true, 5],
      [1, true, 5],
    ]);
    expect(thrown).toMatchObject({ attempt: 2, willRetry: false, delayMs: undefined });
  });

  test("maxElapsedMs ends an outage", async () => {
    const { url, seen } = await play({ status: 503, headers: { "retry-after": "60" } });
    const { thrown } = await collect(subscribe(url, { reconnect: { maxElapsedMs: 30_000 } }));
    expect([(thrown as ConnectionError).status, (await seen()).length]).toEqual([503, 1]);
  });

  test("reconnect: false makes the first loss final, after the events that came", async () => {
    const { url } = await play({ body: [n(1)], end: "rst" });
    const { thrown } = await collect(subscribe(url, { reconnect: false }));
    expect((thrown as ConnectionError).code).toBe("connection-lost");
  });

  test("onReconnect may stop it", async () => {
    const { url, seen } = await play({ status: 503 });
    const heard: unknown[] = [];
    const subscription = subscribe(url, {
      onReconnect: ({ attempt, error }) => {
        heard.push([attempt, (error as ConnectionError).status]);
        return attempt < 2;
      },
    });
    expect((await collect(subscription)).thrown).toBe(undefined);
    expect([await subscription.closed, heard, (await seen()).length]).toEqual([
      "stopped",
      [
        [1, 503],
        [2, 503],
      ],
      2,
    ]);
  });

  test("three cuts right after one id are 'stuck'", async () => {
    const { url } = await play({ body: [n(1, "e.1")] }, { body: ["data: unfin"], end: "rst" });
    const codes: (string | undefined)[] = [];
    const subscription = subscribe(url, {
      onReconnect: ({ error }) => {
        codes.push(error?.code);
        return codes.length < 5;
      },
    });
    await collect(subscription);
    expect(codes).toEqual(["connection-lost", "connection-lost", "connection-lost", "stuck", "stuck"]);
  });

  test("an event past the limit is final, not asked for again", async () => {
    const { url, seen } = await play(stream(n(1), `data: ${"x".repeat(4000)}`));
    const { got, thrown } = await collect(subscribe(url, { maxEventBytes: 2000 }));
    expect([values(got), (thrown as SseError).code, (await seen()).length]).toEqual([
      [1],
      "limit-exceeded",
      1,
    ]);
  });

  test("a compressed stream that is cut is resumed after what could be read of it", async () => {
    const text = Array.from({ length: 2000 }, (_, at) => n(at + 1)).join("");
    const gzip = new Response(text).body?.pipeThrough(new CompressionStream("gzip"));
    const all = new Uint8Array(await new Response(gzip ?? null).arrayBuffer());
    const base64 = btoa(String.fromCharCode(...all.subarray(0, all.length >> 1)));
    const headers = { "content-encoding": "gzip" };
    const log = Array.from({ length: 2000 }, (_, at) => ({ id: `${at + 1}`, text: n(at + 1) }));
    const { url } = await play({ headers, body: [{ base64 }] }, { log, body: [OVER], end: "hold" });
    const { got } = await collect(subscribe(url));
    expect(values(got)).toEqual([...log.map((_, at) => at + 1), null]);
  });

  test("cursor: 'query' sends the position without a header of its own", async () => {
    const { url, seen } = await play({ body: [n(1, "é&1")] }, stream(OVER));
    await collect(subscribe(`${url}?a=b`, { cursor: "query" }));
    const request = (await seen(2))[1];
    expect(new URL(request?.url ?? "", url).searchParams.get("lastEventId")).toBe("é&1");
    expect(request?.headers).not.toHaveProperty("last-event-id");
  });

  test("a URL and headers are those of the call, also when their objects are changed later", async () => {
    const { url, seen } = await play(stream(OVER));
    const at = new URL(`${url}?room=a`);
    const headers = { "x-room": "a" };
    const first = subscribe(at, { headers });
    at.searchParams.set("room", "b");
    headers["x-room"] = "b";
    await Promise.all([collect(first), collect(subscribe(at, { headers }))]);
    const asked = (await seen(2)).map((one) => `${one.url.split("?")[1]} ${one.headers["x-room"]}`);
    expect(asked.sort()).toEqual(["room=a a", "room=b b"]);
  });

  test("an id that cannot be sent back is reported and not adopted", async () => {
    const long = "x".repeat(20_000);
    const { url, seen } = await play({ body: [n(1, "日本") + n(2, long) + n(3, " 7\t")] }, stream(OVER));
    const issues: string[] = [];
    const subscription = subscribe(url, {
      onIssue: ({ kind, error }) => issues.push(`${kind} ${error.message.length < 200}`),
    });
    const { got } = await collect(subscription);
    expect(got.map(({ lastEventId }) => lastEventId)).toEqual(["日本", "日本", "日本", "日本"]);
    expect(issues).toEqual(["id true", "id true"]);
    const header = (await seen(2))[1]?.headers["last-event-id"] ?? "";
    expect(new TextDecoder().decode(Uint8Array.from(header, (byte) => byte.charCodeAt(0)))).toBe("日本");
  });

  test.each(["a\x01b", "\x1b[31m", "a\x7f"])(
    "the id %j, which servers and fetch refuse, ends no reconnection",
    async (id) => {
      const { url, seen } = await play({ body: [n(1, "good") + n(2, id)] }, stream(OVER));
      const issues: string[] = [];
      await collect(subscribe(url, { onIssue: ({ kind }) => issues.push(kind) }));
      expect(issues).toEqual(["id"]);
      expect((await seen(2))[1]?.headers["last-event-id"]).toBe("good");
    },
  );

  test("a silent stream is taken for dead, and resumed", async () => {
    const { url, seen } = await play(stream(n(1)), stream(OVER));
    const subscription = subscribe(url, { idleTimeoutMs: 30 });
    const waiting = reached(subscription, "waiting");
    await collect(subscription);
    expect(errorOf(await waiting)?.code).toBe("idle-timeout");
    expect((await seen(2, 1))[1]?.headers["last-event-id"]).toBe("1");
  });

  test("a request that is never answered is given up and made again, with idleTimeoutMs", async () => {
    const { url, seen } = await play({ end: "unanswered" }, stream(n(1), OVER));
    const subscription = subscribe(url, { idleTimeoutMs: 30 });
    const waiting = reached(subscription, "waiting");
    expect(values((await collect(subscription)).got)).toEqual([1, null]);
    expect(errorOf(await waiting)).toMatchObject({ code: "idle-timeout", retryable: true });
    expect((await seen(2, 1))[0]?.left).toBe(true);
  });

  test("silence while the consumer is busy is no death", async () => {
    // In one piece, so that a slow machine makes no silence of its own in it.
    const { url, seen } = await play(stream(`${n(1)}${n(2)}${OVER}`));
    const subscription = subscribe(url, { idleTimeoutMs: 20 });
    await reached(subscription, "open");
    await new Promise((resolve) => setTimeout(resolve, 60)); // nobody reads for three idle timeouts
    expect(values((await collect(subscription)).got)).toEqual([1, 2, null]);
    expect(await seen()).toHaveLength(1);
  });
});

describe("the wire profile", () => {
  const OPENING = ": sse=1 heartbeat=15000\n\n";
  const mark = (id: string) => `event: sse.mark\nid: ${id}\ndata\n\n`;
  const gap = (id: string) => `event: sse.gap\nid: ${id}\ndata: {"from":"e.1","reason":"trimmed"}\n\n`;

  test("a mark moves the position and is no event", async () => {
    const { url, seen } = await play({ body: [OPENING, mark("e.5")] }, stream(OVER));
    const subscription = subscribe(url);
    expect(values((await collect(subscription)).got)).toEqual([null]);
    expect((await seen(2))[1]?.headers["last-event-id"]).toBe("e.5");
    expect(subscription.lastEventId).toBe("e.5");
  });

  test("events at or before the position are not shown twice", async () => {
    const again = OPENING + mark("e.2") + n(1, "e.1") + n(2, "e.2") + n(3, "e.3") + n(2, "e.2") + n(4, "e.4");
    const { url } = await play(
      { body: [OPENING, mark("e.0"), n(1, "e.1"), n(2, "e.2")] },
      stream(again, OVER),
    );
    expect(values((await collect(subscribe(url))).got)).toEqual([1, 2, 3, 4, null]);
  });

  test("events of another epoch, without an id of their own, or with the same id in one stream are shown", async () => {
    const body = [OPENING, mark("e.5"), n(1, "f.1"), "event: n\ndata: 2\n\n", n(3, "f.2"), n(4, "f.2"), OVER];
    const { url } = await play(stream(...body));
    expect(values((await collect(subscribe(url))).got)).toEqual([1, 2, 3, 4, null]);
  });

  test("nothing is dropped from a stream that is not of the profile, or has no log", async () => {
    for (const opening of ["", OPENING]) {
      const { url } = await play(
        { body: [opening, n(1, "v.2")] },
        stream(opening, n(2, "v.1"), n(3, "v.1"), OVER),
      );
      expect(values((await collect(subscribe(url))).got)).toEqual([1, 2, 3, null]);
    }
  });

  test("a gap is told to its listeners, and what follows is new even where the log starts over", async () => {
    const { url } = await play(
      { body: [OPENING, mark("e.0"), n(9, "e.9")] },
      stream(OPENING, gap("e.2"), n(2, "e.2"), n(3, "e.3"), OVER),
    );
    const subscription = subscribe(url);
    const gaps: unknown[] = [];
    subscription.on("sse.gap", (event) => gaps.push(event));
    expect(values((await collect(subscription)).got)).toEqual([9, 2, 3, null]);
    expect(gaps).toEqual([{ type: "sse.gap", data: { from: "e.1", reason: "trimmed" }, lastEventId: "e.2" }]);
  });

  test("gaps come to the loop as events or as an error, when asked", async () => {
    const { url } = await play(stream(OPENING, n(1, "e.1"), gap("e.4"), n(5, "e.5"), OVER));
    const shown = await collect(connect(numbers, url, { gaps: "event" }));
    expect(shown.got.map(({ type }) => type)).toEqual(["n", "sse.gap", "n", "over"]);
    const { got, thrown } = await collect(connect(numbers, url, { gaps: "throw" }));
    expect([values(got), (thrown as SseError).code]).toEqual([[1], "gap"]);
  });

  test("sse.error is the reason of the loss", async () => {
    const { url } = await play({ body: [n(1), 'event: sse.error\ndata: {"id":"x1"}\n\n'] }, stream(OVER));
    const subscription = subscribe(url);
    const waiting = reached(subscription, "waiting");
    expect(values((await collect(subscription)).got)).toEqual([1, null]);
    expect([errorOf(await waiting)?.code, String(errorOf(await waiting)).includes("x1")]).toEqual([
      "server-error",
      true,
    ]);
  });
});

describe("the delivered position", () => {
  test("lags behind the received one: a loop that is left resumes at what it took", async () => {
    const { url, seen } = await play({ body: [n(1) + n(2) + n(3)] }, stream(OVER));
    const subscription = subscribe(url);
    const iterator = subscription[Symbol.asyncIterator]();
    await iterator.next();
    expect(subscription.lastEventId).toBe("1");
    await iterator.next();
    await iterator.next();
    await iterator.next();
    expect((await seen(2))[1]?.headers["last-event-id"]).toBe("3");
  });

  test("is kept in a store and begun with, and forgotten when the stream is finished", async () => {
    const { url, seen } = await play(stream(n(1), n(2)), stream(n(3), OVER));
    const kept = new Map<string, string>();
    const store = {
      load: async (key: string) => kept.get(key),
      save: (key: string, id: string) => void kept.set(key, id),
      clear: (key: string) => void kept.delete(key),
    };
    const first = subscribe(url, { store });
    for await (const { data } of first) if (data === 2) break;
    expect([...kept]).toEqual([[url, "2"]]);
    await collect(subscribe(url, { store }));
    expect((await seen(2))[1]?.headers["last-event-id"]).toBe("2");
    await Promise.resolve();
    expect([...kept]).toEqual([]);
  });

  test("is kept while events of a finished stream wait to be taken, so that a loop that is left goes on there", async () => {
    const { url, seen } = await play(stream(n(1) + n(2) + n(3) + OVER), stream(n(2) + n(3) + OVER));
    const kept: string[] = [];
    const store = {
      load: () => kept.at(-1),
      save: (_: string, id: string) => void kept.push(id),
      clear: () => void kept.push(""),
    };
    const first = subscribe(url, { store });
    const iterator = first[Symbol.asyncIterator]();
    await iterator.next();
    expect(await first.closed).toBe("ended");
    await iterator.return?.();
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(kept).toEqual(["1"]);
    expect(values((await collect(subscribe(url, { store }))).got)).toEqual([2, 3, null]);
    expect((await seen(2))[1]?.headers["last-event-id"]).toBe("1");
    await Promise.resolve();
    expect(kept.at(-1)).toBe("");
  });

  test("lives in the session's storage, where there is one", async () => {
    const { url, seen } = await play(stream(n(1)));
    const store = sessionCursor();
    for await (const _ of subscribe(url, { store })) break;
    await Promise.resolve();
    subscribe(url, { store }).on("n", () => {});
    const stored = "sessionStorage" in globalThis && globalThis.sessionStorage !== undefined;
    expect((await seen(2))[1]?.headers["last-event-id"]).toBe(stored ? "1" : undefined);
    store.clear(url);
    expect(() => subscribe(() => url, { store })).toThrow(InvalidOptionError);
  });
});

test("a redirect to another origin is refused before anything is sent there", async () => {
  const target = await play(stream(OVER));
  const { url } = await play({ status: 302, headers: { location: elsewhere(target.url) } });
  const { thrown } = await collect(subscribe(url, { reconnect: { maxAttempts: 0 } }));
  // A page is not told why fetch failed.
  const code = typeof document === "undefined" ? "cross-origin-redirect" : "connection-lost";
  expect((thrown as ConnectionError).code).toBe(code);
  expect(await target.seen()).toHaveLength(0);
});

describe("options", () => {
  test("out of range are refused at the door", () => {
    expect(() => subscribe("http://x.test/", { idleTimeoutMs: -1 })).toThrow(InvalidOptionError);
    expect(() => subscribe("http://x.test/", { idleTimeoutMs: 0 })).toThrow(InvalidOptionError);
    expect(() => subscribe("http://x.test/", { reconnect: { minDelayMs: Number.NaN } })).toThrow(
      InvalidOptionError,
    );
    expect(() => subscribe("http://x.test/", { lastEventId: "x".repeat(1025) })).toThrow(InvalidOptionError);
    expect(() => subscribe("http://[bad/")).toThrow(InvalidOptionError);
    expect(() => subscribe("localhost:3000/events")).toThrow(
      'url is not a URL without http:// before its host: "localhost:3000/events".',
    );
  });

  test("text needs the contract's value, and gets it", async () => {
    const lines = defineEvents({ line: text() }, { end: [] });
    const { url } = await play(stream("event: line\ndata: {not json\n\n", END));
    expect(values((await collect(connect(lines, url))).got)).toEqual(["{not json"]);
  });
});

async function fetchGate(url: string, gate: string): Promise<void> {
  await fetch(url.replace(/\/s\/(\d+).*/, `/gate/$1/${gate}`));
}

/** Takes the reports of exceptions, which are the page's business or the console's. */
function catchReports(into: unknown[]): () => void {
  const { reportError: report } = globalThis;
  const { error } = console;
  console.error = (thrown: unknown) => void into.push(thrown);
  globalThis.reportError = (thrown: unknown) => void into.push(thrown);
  return () => {
    console.error = error;
    globalThis.reportError = report;
  };
}
