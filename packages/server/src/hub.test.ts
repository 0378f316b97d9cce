import { defineEvents, InvalidDataError, InvalidOptionError, json, LimitError, text } from "@sse/protocol";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { BodyReader, eventsIn } from "../test/support/body.ts";
import { eventually } from "../test/support/serve.ts";
import { countTurns } from "../test/support/turns.ts";
import { memoryBackplane } from "./backplane/memory.ts";
import { createChannelHub, createHub } from "./hub.ts";
import type { HubOptions } from "./hub-options.ts";

const market = defineEvents({ tick: json<{ n: number }>(), log: text() });
const finite = defineEvents({ step: json<{ n: number }>(), done: text() }, { end: ["done"] });

function request(lastEventId = "", init: RequestInit & { url?: string } = {}): Request {
  const headers = new Headers(init.headers);
  if (lastEventId !== "") headers.set("last-event-id", lastEventId);
  return new Request(init.url ?? "http://localhost/events", { ...init, headers });
}

const hubs: AsyncDisposable[] = [];
function hub(options: HubOptions = {}) {
  const made = createHub(market, { onError: unexpected, ...options });
  hubs.push(made);
  return made;
}
function rooms(options: HubOptions = {}) {
  const made = createChannelHub(market, { onError: unexpected, ...options });
  hubs.push(made);
  return made;
}
function unexpected(error: unknown): void {
  throw error;
}
afterEach(async () => {
  vi.restoreAllMocks();
  for (const one of hubs.splice(0)) await one[Symbol.asyncDispose]();
});

async function read(response: Response | Promise<Response>): Promise<BodyReader> {
  return new BodyReader(await response);
}
/** `type data@id` of the events of a body. */
function seen(body: BodyReader): string[] {
  return body.events.map(({ type, data, lastEventId }) => `${type} ${data}@${lastEventId.split(".")[1]}`);
}

describe("a hub", () => {
  test("opens with the comment and a mark, then gives everyone every event with its position", async () => {
    const feed = hub({ heartbeatMs: false });
    const one = await read(feed.respond(request()));
    const two = await read(feed.respond(request()));
    const id = await feed.publish("tick", { n: 1 });
    expect(id).toMatch(/^[A-Za-z0-9_-]{1,64}\.1$/);
    const epoch = id.split(".")[0];
    for (const body of [one, two]) {
      expect(await body.until('{"n":1}\n\n')).toBe(
        `: sse=1\n\nid: ${epoch}.0\nevent: sse.mark\ndata: \n\nid: ${id}\nevent: tick\ndata: {"n":1}\n\n`,
      );
    }
  });

  test("respond can be passed on its own", async () => {
    const { respond, publish } = hub();
    const body = await read(respond(request()));
    await publish("log", "a");
    await body.until("data: a");
  });

  test("everything published in one turn leaves in one chunk, in the order of the calls", async () => {
    const feed = hub();
    const body = await read(feed.respond(request()));
    await body.next();
    for (let n = 0; n < 100; n++) await feed.publish("tick", { n });
    const chunk = eventsIn(await body.next());
    expect(chunk.map(({ data }) => JSON.parse(data).n)).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  test("a burst far over the queue's budget, in one turn, cuts nobody who reads", async () => {
    const feed = hub();
    const body = await read(feed.respond(request()));
    await body.next();
    const large = "x".repeat(1000);
    for (let n = 0; n < 5000; n++) void feed.publish("log", large);
    await feed.publish("log", "last");
    await body.until("data: last");
    expect(body.events).toHaveLength(5002);
    expect(feed.stats()).toEqual({
      connections: 1,
      published: 5001,
      delivered: 5001,
      dropped: 0,
      gaps: 0,
      refused: 0,
    });
  });

  test("refuses contracts whose cursor or type is inside the JSON", () => {
    const custom = defineEvents({ a: json<{ type: "a" }>() }, { by: "type" });
    expect(() => createHub(custom)).toThrow(InvalidOptionError);
    expect(() => createChannelHub(defineEvents({ a: json() }, { id: "id" }))).toThrow(InvalidOptionError);
  });

  test.each([
    { heartbeatMs: -1 },
    { limits: { maxPerIp: 0 } },
    { replay: { maxEvents: 0 } },
    { retryMs: -1 },
  ])("refuses %o", (options) => {
    expect(() => createHub(market, options)).toThrow(InvalidOptionError);
  });

  test("HEAD, Accept and the end are answered without a connection", async () => {
    const feed = hub();
    expect((await feed.respond(request("", { method: "HEAD" }))).body).toBeNull();
    expect((await feed.respond(request("", { headers: { accept: "text/html" } }))).status).toBe(406);
    expect((await feed.respond(request("sse.end"))).status).toBe(204);
    expect(feed.stats().connections).toBe(0);
  });
});

describe("publish", () => {
  test("rejects what does not fit, and the process lives", async () => {
    const feed = hub({ limits: { maxEventBytes: 100 } });
    await expect(Reflect.apply(feed.publish, feed, ["tock", 1])).rejects.toThrow("not in the contract");
    await expect(Reflect.apply(feed.publish, feed, ["log", 1])).rejects.toThrow(InvalidDataError);
    await expect(feed.publish("log", "x".repeat(100))).rejects.toThrow(LimitError);
    expect(feed.stats().published).toBe(0);
  });

  test("the size limit is exact", async () => {
    const overhead = "event: log\ndata: \n\n".length;
    const feed = hub({ limits: { maxEventBytes: overhead + 4 } });
    await feed.publish("log", "日a");
    await expect(feed.publish("log", "日ab")).rejects.toMatchObject({
      limit: overhead + 4,
      size: overhead + 5,
    });
  });

  test("a rejection that nobody awaits goes to onError, one that somebody does only there", async () => {
    const onError = vi.fn();
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const feed = hub({ onError });
    void Reflect.apply(feed.publish, feed, ["log", 1]);
    await eventually(() => onError.mock.calls.length === 1);
    await expect(Reflect.apply(feed.publish, feed, ["log", 2])).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off("unhandledRejection", unhandled);
    expect(onError).toHaveBeenCalledOnce();
    expect(unhandled).not.toHaveBeenCalled();
  });

  test("with an idempotency key twice is one event with one id", async () => {
    const feed = hub();
    const body = await read(feed.respond(request()));
    const first = await feed.publish("log", "a", { idempotencyKey: "k" });
    expect(await feed.publish("log", "a", { idempotencyKey: "k" })).toBe(first);
    await feed.publish("log", "b");
    await body.until("data: b");
    expect(seen(body)).toEqual(["sse.mark @0", "log a@1", "log b@2"]);
  });

  test("after close rejects with ClosedError", async () => {
    const feed = hub();
    await feed.close();
    await expect(feed.publish("log", "a")).rejects.toMatchObject({ code: "closed" });
  });

  test("never waits for a reader", async () => {
    const feed = hub();
    await feed.respond(request()); // nobody reads it
    for (let n = 0; n < 2000; n++) await feed.publish("log", "x".repeat(1000));
    expect(feed.stats().published).toBe(2000);
  });
});

describe("resuming", () => {
  async function filled(options: HubOptions = {}, count = 5) {
    const feed = rooms(options);
    const ids: string[] = [];
    for (let n = 1; n <= count; n++) {
      ids.push(await feed.publish("log", `${n}`, { channel: n % 2 ? "odd" : "even" }));
    }
    return { feed, ids, epoch: ids[0]?.split(".")[0] ?? "" };
  }

  test("gives everything after the position, of these channels, and goes on live", async () => {
    const { feed, ids } = await filled();
    const body = await read(feed.respond(request(ids[1]), { channels: ["odd"] }));
    await feed.publish("log", "6", { channel: "even" });
    await feed.publish("log", "7", { channel: "odd" });
    await body.until("data: 7");
    expect(seen(body)).toEqual(["sse.mark @2", "log 3@3", "log 5@5", "log 7@7"]);
  });

  test("by the query parameter works the same", async () => {
    const { feed, ids } = await filled();
    const url = `http://localhost/?lastEventId=${ids[3]}`;
    const body = await read(feed.respond(request("", { url }), { channels: ["odd", "even"] }));
    await body.until("data: 5");
    expect(seen(body)).toEqual(["sse.mark @4", "log 5@5"]);
  });

  test("at the head is complete at once", async () => {
    const { feed, ids } = await filled();
    const body = await read(feed.respond(request(ids[4]), { channels: ["odd"] }));
    expect(await body.next()).toContain(`id: ${ids[4]}\nevent: sse.mark`);
    expect(feed.stats().gaps).toBe(0);
  });

  test("a long past comes page by page, as the client takes it, and outside the queue's budget", async () => {
    const feed = hub({ limits: { maxQueueBytes: 1000 }, replay: { maxBytes: false } });
    const first = await feed.publish("log", "first");
    for (let n = 0; n < 3000; n++) void feed.publish("log", `${n} ${"x".repeat(1000)}`);
    const body = await read(feed.respond(request(first)));
    const opening = await body.next();
    expect(opening.length).toBeLessThan(150_000);
    await body.until("data: 2999 ");
    expect(body.events).toHaveLength(3001);
    expect(feed.stats()).toMatchObject({ gaps: 0, dropped: 0, connections: 1 });
  });

  test.each([
    ["garbage", (): string => "garbage", "invalid"],
    ["SQL", (): string => "1' OR '1'='1", "invalid"],
    ["a dash", (): string => "-", "invalid"],
    ["a dollar", (): string => "$", "invalid"],
    ["a leading zero", (epoch: string): string => `${epoch}.01`, "invalid"],
    ["a negative offset", (epoch: string): string => `${epoch}.-1`, "invalid"],
    ["an exponent", (epoch: string): string => `${epoch}.1e3`, "invalid"],
    ["a hexadecimal offset", (epoch: string): string => `${epoch}.0x1`, "invalid"],
    ["an offset past 2^53", (epoch: string): string => `${epoch}.9007199254740993`, "invalid"],
    ["no offset", (epoch: string): string => `${epoch}.`, "invalid"],
    ["no epoch", (): string => ".1", "invalid"],
    ["two dots", (epoch: string): string => `${epoch}.1.1`, "invalid"],
    ["another alphabet", (): string => "日本.1", "invalid"],
    ["64 KB", (): string => "9".repeat(65_536), "invalid"],
    ["another epoch", (): string => "0000.1", "unknown-epoch"],
    ["__proto__", (): string => "__proto__.1", "unknown-epoch"],
    ["the future", (epoch: string): string => `${epoch}.6`, "future"],
  ])("from %s is a gap to the head, never the full history", async (_name, id, reason) => {
    const { feed, epoch } = await filled();
    const url = `http://localhost/?lastEventId=${encodeURIComponent(id(epoch))}`;
    const body = await read(feed.respond(request("", { url }), { channels: ["odd", "even"] }));
    await body.next();
    await feed.publish("log", "6", { channel: "even" });
    await body.until("data: 6");
    const [gap, ...rest] = body.events;
    expect(gap).toMatchObject({ type: "sse.gap", lastEventId: `${epoch}.5` });
    expect(JSON.parse(gap?.data ?? "")).toEqual({ from: id(epoch).slice(0, 1024), reason });
    expect(rest.map(({ data }) => data)).toEqual(["6"]);
    expect(body.text).not.toContain("sse.mark");
    expect(feed.stats().gaps).toBe(1);
  });

  test("lets others have their turn between the pages, however fast the client reads", async () => {
    const feed = hub();
    const first = await feed.publish("log", "first");
    await Promise.all(
      Array.from({ length: 2_000 }, (_, n) => feed.publish("log", `${n} ${"x".repeat(1_000)}`)),
    );
    const body = await read(feed.respond(request(first)));
    const turns = countTurns();
    await body.until("data: 1999 ");
    expect(turns.stop()).toBeGreaterThan(20); // two megabytes, in pages of 64 KB
    expect(body.events).toHaveLength(2_001);
  });

  test("from before what is kept is a gap, followed by what is kept", async () => {
    const { feed, ids, epoch } = await filled({ replay: { maxEvents: 2 } });
    const body = await read(feed.respond(request(ids[0]), { channels: ["odd", "even"] }));
    await body.until("data: 5");
    expect(seen(body)).toEqual([`sse.gap {"from":"${epoch}.1","reason":"expired"}@3`, "log 4@4", "log 5@5"]);
  });

  test("a busy channel that was trimmed gives a quiet one no gap", async () => {
    const feed = rooms({ replay: { maxEvents: 3 } });
    const from = await feed.publish("log", "start", { channel: "quiet" });
    await feed.publish("log", "q", { channel: "quiet" });
    await feed.publish("log", "b", { channel: "busy" });
    await feed.publish("log", "b", { channel: "busy" });
    const quiet = await read(feed.respond(request(from), { channels: ["quiet"] }));
    await quiet.until("data: q");
    expect(seen(quiet)).toEqual(["sse.mark @1", "log q@2"]);
    for (let n = 0; n < 3; n++) await feed.publish("log", "b", { channel: "busy" });
    const last = seen(quiet).length;
    expect(last).toBe(2);
    const again = await read(feed.respond(request(from.replace(".1", ".2")), { channels: ["quiet"] }));
    expect(await again.next()).toContain("sse.mark");
    const gone = await read(feed.respond(request(from), { channels: ["quiet"] }));
    expect(await gone.next()).toContain('"reason":"expired"');
  });

  test("with replay off what was missed is a gap, and nothing missed is none", async () => {
    const { feed, ids } = await filled({ replay: false });
    expect(await (await read(feed.respond(request(ids[3]), { channels: ["odd"] }))).next()).toContain(
      "expired",
    );
    expect(await (await read(feed.respond(request(ids[4]), { channels: ["odd"] }))).next()).toContain(
      "sse.mark",
    );
    expect(await (await read(feed.respond(request(ids[3]), { channels: ["even"] }))).next()).toContain(
      "sse.mark",
    );
  });

  test("after a restart is a gap of an unknown epoch", async () => {
    const before = hub();
    const id = await before.publish("log", "a");
    const body = await read(hub().respond(request(id)));
    expect(await body.next()).toContain('"reason":"unknown-epoch"');
  });
});

describe("a snapshot", () => {
  test("heals a gap: a mark ends it with the position it stands for, and everything after follows", async () => {
    const feed = hub({
      snapshot: function* ({ position, reason, channels }) {
        expect(channels).toEqual([]);
        yield market.event("log", `state at ${position.split(".")[1]}, ${reason}`);
        void feed.publish("log", "during");
        yield market.event("log", "more state");
      },
    });
    await feed.publish("log", "before");
    const body = await read(feed.respond(request("lost.1")));
    await body.until("data: during");
    expect(seen(body)).toEqual([
      'sse.gap {"from":"lost.1","reason":"unknown-epoch"}@undefined',
      "log state at 1, unknown-epoch@undefined",
      "log more state@undefined",
      "sse.mark @1",
      "log during@2",
    ]);
  });

  test("may stand for a later position, and is not asked for without a gap", async () => {
    const snapshot = vi.fn(async function* () {
      yield market.event("log", "state");
      const later = await feed.publish("log", "in the state already");
      return later;
    });
    const feed = hub({ snapshot });
    const start = await feed.publish("log", "a");
    await (await read(feed.respond(request(start)))).next();
    await (await read(feed.respond(request()))).next();
    expect(snapshot).not.toHaveBeenCalled();
    const body = await read(feed.respond(request("garbage")));
    await body.until("state");
    await eventually(() => feed.stats().published === 2);
    await feed.publish("log", "after");
    await body.until("data: after");
    expect(seen(body).slice(1)).toEqual(["log state@undefined", "sse.mark @2", "log after@3"]);
  });

  test("replaces what is kept of an expired past", async () => {
    const feed = hub({ replay: { maxEvents: 2 }, snapshot: () => [market.event("log", "state")] });
    const first = await feed.publish("log", "1");
    for (const n of [2, 3, 4, 5]) await feed.publish("log", `${n}`);
    const body = await read(feed.respond(request(first)));
    await body.until("data: state");
    await feed.publish("log", "6");
    await body.until("data: 6");
    expect(seen(body).slice(1)).toEqual(["log state@undefined", "sse.mark @5", "log 6@6"]);
  });

  test("of many events leaves in pieces, the others having their turn after each, and is held back by a slow client", async () => {
    let made = 0;
    const feed = hub({
      heartbeatMs: false,
      snapshot: function* () {
        for (; made < 1_000; made++) yield market.event("log", `row ${made} ${"x".repeat(1_000)}`);
      },
    });
    const body = await read(feed.respond(request("lost.1")));
    await body.until("row 0");
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(made).toBeLessThan(100); // nobody reads on
    let chunks = 0;
    while (!body.text.includes("sse.mark")) {
      await body.next();
      chunks++;
    }
    expect(body.events.filter(({ data }) => data.startsWith("row "))).toHaveLength(1_000);
    expect(chunks).toBeGreaterThan(20);
    expect(chunks).toBeLessThan(200);
  });

  test("may hold the end in a large event, which finishes the stream", async () => {
    const done = "x".repeat(20_000);
    const jobs = createHub(finite, {
      snapshot: () => [finite.event("step", { n: 1 }), finite.event("done", done)],
    });
    hubs.push(jobs);
    const body = await read(jobs.respond(request("lost.1")));
    await body.all();
    expect(body.events.map(({ type }) => type)).toEqual(["sse.gap", "step", "done", "sse.end"]);
  });

  test("may hold the end, which finishes the stream as any end does, and the generator", async () => {
    const stopped = vi.fn();
    const jobs = createHub(finite, {
      onError: unexpected,
      snapshot: function* () {
        try {
          yield finite.event("step", { n: 9 });
          yield finite.event("done", "long ago");
          yield finite.event("step", { n: 10 });
        } finally {
          stopped();
        }
      },
    });
    hubs.push(jobs);
    const body = await read(jobs.respond(request("lost.1")));
    await body.all();
    expect(body.events.map(({ type, data }) => `${type} ${data}`).slice(1)).toEqual([
      'step {"n":9}',
      "done long ago",
      "sse.end ",
    ]);
    await eventually(() => stopped.mock.calls.length === 1);
  });

  test("with an event that does not fit is stopped, closes the connection and is reported", async () => {
    const onError = vi.fn();
    const stopped = vi.fn();
    const feed = hub({
      onError,
      snapshot: function* () {
        try {
          yield { type: "tock", data: 1 } as never;
        } finally {
          stopped();
        }
      },
    });
    await (await read(feed.respond(request("lost.1")))).all();
    expect(stopped).toHaveBeenCalledOnce();
    expect(onError).toHaveBeenCalledOnce();
  });

  test("that fails closes the connection, which comes back, and is reported", async () => {
    const onError = vi.fn();
    const feed = hub({
      onError,
      // biome-ignore lint/correctness/useYield: it fails before
      snapshot: function* () {
        throw new Error("no state");
      },
    });
    const body = await read(feed.respond(request("garbage")));
    await body.all();
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: "no state" }));
    expect(feed.stats().connections).toBe(0);
  });
});

describe("time", () => {
  test("a heartbeat is a comment, and a mark once the log moved past the connection", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout"] });
    try {
      const feed = rooms({ heartbeatMs: 1000 });
      const body = await read(feed.respond(request(), { channels: ["quiet"] }));
      await body.next();
      await vi.advanceTimersByTimeAsync(1000);
      expect(await body.next()).toBe(":\n\n");
      for (let n = 0; n < 3; n++) await feed.publish("log", "x", { channel: "busy" });
      await new Promise((resolve) => setImmediate(resolve));
      await vi.advanceTimersByTimeAsync(1000);
      expect(await body.next()).toMatch(/^id: \w+\.3\nevent: sse\.mark\ndata: \n\n$/);
      await vi.advanceTimersByTimeAsync(1000);
      expect(await body.next()).toBe(":\n\n");
    } finally {
      vi.useRealTimers();
    }
  });

  test("a heartbeat passes over nothing that a hook published while events were handed out", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const jobs = createChannelHub(finite, {
      heartbeatMs: 1_000,
      hooks: {
        closed() {
          void jobs.publish("step", { n: 1 }, { channel: "b" });
          queueMicrotask(() => vi.advanceTimersByTime(5_000)); // before the next turn
        },
      },
    });
    hubs.push(jobs);
    const ends = await read(jobs.respond(request(), { channels: ["a"] }));
    const stays = await read(jobs.respond(request(), { channels: ["b"] }));
    await jobs.publish("done", "", { channel: "a" });
    await ends.all();
    await stays.until('data: {"n":1}');
  });

  test("rotation closes, and the client resumes without a gap", async () => {
    const closed = vi.fn();
    const feed = hub({ limits: { maxDurationMs: 20 }, hooks: { closed } });
    const body = await read(feed.respond(request()));
    await body.all();
    expect(closed).toHaveBeenCalledWith(expect.anything(), "rotated");
    const resumed = await read(feed.respond(request(body.events.at(-1)?.lastEventId)));
    expect(await resumed.next()).toContain("sse.mark");
  });
});

describe("channels", () => {
  test("with any characters in their names are told apart", async () => {
    const feed = rooms();
    const names = [
      "a",
      "b",
      "a,b",
      '["a","b"]',
      "a\0b",
      "a.b",
      "",
      "__proto__",
      "constructor",
      "日本",
      "a\nb",
    ];
    const bodies = await Promise.all(
      names.map((name) => read(feed.respond(request(), { channels: [name] }))),
    );
    const pair = await read(feed.respond(request(), { channels: ["b", "a", "a"] }));
    for (const [index, channel] of names.entries()) await feed.publish("log", `to ${index}`, { channel });
    await pair.until("to 1\n");
    for (const [index, body] of bodies.entries()) {
      await body.until(`to ${index}\n`);
      expect(body.events.map(({ data }) => data)).toEqual(["", `to ${index}`]);
    }
    expect(pair.events.map(({ data }) => data)).toEqual(["", "to 0", "to 1"]);
  });

  test("must be named: forgetting them is refused at run time, too", async () => {
    const feed = rooms();
    await expect(Reflect.apply(feed.publish, feed, ["log", "a"])).rejects.toThrow(InvalidOptionError);
    await expect(Reflect.apply(feed.respond, feed, [request()])).rejects.toThrow(InvalidOptionError);
    await expect(Reflect.apply(feed.respond, feed, [request(), { channels: [] }])).rejects.toThrow(
      InvalidOptionError,
    );
  });

  test.each([[[null]], [["a", undefined]], [[["a"]]]])(
    "that are no text, as %j, are refused",
    async (channels) => {
      await expect(rooms().respond(request(), { channels: channels as never })).rejects.toThrow(
        InvalidOptionError,
      );
    },
  );

  test("of a contract with end go one to a connection", async () => {
    const feed = createChannelHub(finite);
    await expect(feed.respond(request(), { channels: ["a", "b"] })).rejects.toThrow("exactly one channel");
    await feed.close();
  });
});

describe("an end event", () => {
  test("is followed by sse.end and the close, live and in a replay, and nothing comes after it", async () => {
    const feed = createHub(finite);
    const live = await read(feed.respond(request()));
    const start = await feed.publish("step", { n: 1 });
    void feed.publish("done", "all");
    void feed.publish("step", { n: 2 });
    await live.all();
    expect(seen(live)).toEqual(["sse.mark @0", 'step {"n":1}@1', "done all@2", "sse.end @end"]);
    const late = await read(feed.respond(request(start)));
    await late.all();
    expect(seen(late)).toEqual(["sse.mark @1", "done all@2", "sse.end @end"]);
    expect(feed.stats().connections).toBe(0);
    await feed.close();
  });
});

describe("slow clients", () => {
  test("are treated by one of three policies, and no other word", () => {
    expect(() => hub({ slowConsumer: "drop" as never })).toThrow(InvalidOptionError); // as plain JavaScript may
    for (const slowConsumer of ["disconnect", "drop-oldest", "latest"] as const) hub({ slowConsumer });
  });

  const large = "x".repeat(10_000);

  test("are disconnected by default, and lose nothing", async () => {
    const closed = vi.fn();
    const feed = hub({ limits: { maxQueueBytes: 50_000 }, hooks: { closed } });
    const body = await read(feed.respond(request()));
    await body.next();
    for (let n = 0; n < 20; n++) {
      await feed.publish("log", `${n} ${large}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(closed).toHaveBeenCalledWith(expect.anything(), "slow");
    await body.all();
    expect(body.error).toBeDefined();
    const resumed = await read(feed.respond(request(body.events.at(-1)?.lastEventId)));
    await resumed.until("data: 19 ");
    const all = [...body.events, ...resumed.events].filter(({ type }) => type === "log");
    expect(all.map(({ data }) => Number(data.split(" ")[0]))).toEqual(
      Array.from({ length: 20 }, (_, n) => n),
    );
  });

  test("with drop-oldest get a gap before the first survivor, and go on", async () => {
    const hooks = { gap: vi.fn(), dropped: vi.fn() };
    const feed = hub({ slowConsumer: "drop-oldest", limits: { maxQueueBytes: 30_300 }, hooks });
    const body = await read(feed.respond(request()));
    await body.next();
    for (let n = 1; n <= 20; n++) {
      await feed.publish("log", `${n} ${large}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await body.until("data: 20 ");
    const told = body.events.map(({ type, data, lastEventId }) => {
      const offset = lastEventId.split(".")[1];
      return type === "log"
        ? Number(data.split(" ")[0])
        : `${type} ${offset} ${JSON.parse(data || "{}").from ?? ""}`;
    });
    const gap = told.findIndex((one) => String(one).startsWith("sse.gap"));
    const before = Number(told[gap - 1]);
    const first = Number(told[gap + 1]);
    expect(told[gap]).toMatch(new RegExp(`^sse.gap ${first - 1} \\w+\\.${before}$`));
    expect(told.slice(gap + 1)).toEqual([18, 19, 20]);
    expect(feed.stats().dropped).toBe(first - before - 1);
    await body.cancel();
    expect(hooks.gap).toHaveBeenCalledExactlyOnceWith({ principal: undefined, channels: [] }, "overflow");
    expect(hooks.dropped).toHaveBeenCalledWith(expect.anything(), first - before - 1);
  });

  test("with latest get the newest of each key, ids ascending, and the last one surely", async () => {
    const feed = hub({ slowConsumer: "latest" });
    const body = await read(feed.respond(request()));
    await body.next();
    for (let n = 0; n < 100; n++) {
      for (const key of ["a", "b"]) void feed.publish("log", `${key} ${n} ${large}`, { key });
      await feed.publish("log", `keyless ${n}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await body.until("keyless 99");
    const logs = body.events.filter(({ type }) => type === "log");
    const offsets = logs.map(({ lastEventId }) => Number(lastEventId.split(".")[1]));
    expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
    expect(logs.filter(({ data }) => data.startsWith("keyless"))).toHaveLength(100);
    expect(logs.filter(({ data }) => data.startsWith("a")).at(-1)?.data).toContain("a 99 ");
    expect(logs.filter(({ data }) => data.startsWith("a")).length).toBeLessThan(10);
    expect(body.text).not.toContain("sse.gap");
    expect(feed.stats().dropped).toBe(300 - logs.length);
  });

  test("that take nothing for maxStallMs are closed, and the hook hears of it", async () => {
    const hooks = { stalled: vi.fn(), closed: vi.fn() };
    const feed = hub({ limits: { maxStallMs: 40 }, hooks });
    const stalled = await feed.respond(request());
    const reading = await read(feed.respond(request()));
    void reading.all();
    for (let n = 0; n < 4; n++) await feed.publish("log", large);
    await eventually(() => hooks.stalled.mock.calls.length > 0);
    expect(hooks.closed).toHaveBeenCalledExactlyOnceWith(expect.anything(), "slow");
    expect(feed.stats().connections).toBe(1);
    await expect(stalled.body?.getReader().read()).rejects.toThrow();
  });
});

describe("ending", () => {
  test("drain closes all within the time, each with a retry of its own, and takes nobody in", async () => {
    const feed = hub();
    const bodies = await Promise.all(Array.from({ length: 40 }, () => read(feed.respond(request()))));
    const reading = bodies.map((body) => body.all());
    const drained = feed.drain({ overMs: 300, retryMs: 1000 });
    const refused = await read(feed.respond(request()));
    expect(await refused.all()).toMatch(/^retry: \d+\n\n$/);
    await drained;
    await Promise.all(reading);
    expect(feed.stats().connections).toBe(0);
    const retries = bodies.map((body) => Number(/retry: (\d+)/.exec(body.text)?.[1]));
    expect(Math.min(...retries)).toBeGreaterThanOrEqual(750);
    expect(Math.max(...retries)).toBeLessThanOrEqual(1250);
    expect(new Set(retries).size).toBeGreaterThan(5);
  });

  test("drain sends what was published before it in the same turn", async () => {
    const feed = hub();
    const body = await read(feed.respond(request()));
    await body.next();
    void feed.publish("log", "last words");
    await feed.drain({ overMs: 0 });
    expect(await body.all()).toMatch(/data: last words\n\nretry: \d+\n\n$/);
  });

  test("drain lets finite streams finish", async () => {
    const feed = createHub(finite);
    const body = await read(feed.respond(request()));
    const drained = feed.drain({ overMs: 5000 });
    await feed.publish("done", "all");
    await drained;
    await body.all();
    expect(seen(body).at(-1)).toBe("sse.end @end");
    await feed.close();
  });

  test("close sends what was published, and the clients elsewhere", async () => {
    const feed = hub({ retryMs: 100 });
    const body = await read(feed.respond(request()));
    void feed.publish("log", "last");
    await feed.close();
    expect(await body.all()).toMatch(/data: last\n\nretry: \d+\n\n$/);
    expect((await feed.respond(request())).status).toBe(200);
  });

  test("a hub does not close a backplane that was given to it", async () => {
    await using backplane = memoryBackplane();
    const one = hub({ backplane });
    const two = hub({ backplane });
    const body = await read(two.respond(request()));
    await one.publish("log", "from one");
    await body.until("from one");
    await one.close();
    await two.publish("log", "still there");
    await body.until("still there");
  });

  test("what is let in while a hub closes, or asked after, leaves nothing with its backplane", async () => {
    const backplane = memoryBackplane();
    const subscribe = vi.spyOn(backplane, "subscribe");
    let letIn = (): void => {};
    const authorize = vi.fn(
      () =>
        new Promise<{ principal: string }>((resolve) => {
          letIn = () => resolve({ principal: "p" });
        }),
    );
    const feed = hub({ backplane, authorize, presence: true });
    const entering = read(feed.respond(request()));
    await eventually(() => authorize.mock.calls.length === 1);
    await feed.close();
    letIn();
    expect(await (await entering).all()).toMatch(/^retry: \d+\n\n$/);
    feed.presence();
    expect(subscribe).not.toHaveBeenCalled();
    await backplane.close();
  });

  test("a client that leaves frees everything it had", async () => {
    const feed = hub({ heartbeatMs: 50 });
    const abort = new AbortController();
    const one = await read(feed.respond(request("", { signal: abort.signal })));
    const two = await read(feed.respond(request()));
    expect(feed.stats().connections).toBe(2);
    await two.cancel();
    abort.abort();
    expect(feed.stats().connections).toBe(0);
    await one.all();
  });

  test("a client that has left before it was answered is none", async () => {
    const feed = hub();
    await feed.respond(request("", { signal: AbortSignal.abort() }));
    expect(feed.stats().connections).toBe(0);
  });

  test.each([
    [
      "throw",
      () => {
        throw new Error("hook");
      },
    ],
    ["reject", async () => Promise.reject(new Error("hook"))],
  ])("hooks that %s harm nobody", async (_, opened) => {
    const onError = vi.fn();
    const feed = hub({ hooks: { opened }, onError });
    const body = await read(feed.respond(request()));
    await feed.publish("log", "a");
    await body.until("data: a");
    expect(onError).toHaveBeenCalledExactlyOnceWith(new Error("hook"));
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("reporter");
      },
    ],
    ["rejects", async () => Promise.reject(new Error("reporter"))],
  ])("a reporter that %s harms nobody", async (_, onError) => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    const authorize = () => Promise.reject(new Error("authorize"));
    expect((await hub({ authorize, onError }).respond(request())).status).toBe(500);
    await eventually(() => log.mock.calls.length > 0);
    expect(log).toHaveBeenCalledExactlyOnceWith(new Error("reporter"));
  });
});
