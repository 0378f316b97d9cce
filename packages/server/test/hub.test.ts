import { defineEvents, InvalidEventError, json, LimitError, text } from "@sse/protocol";
import { describe, expect, test, vi } from "vitest";
import { createChannelHub, createHub } from "../src/hub.ts";
import type { HubOptions } from "../src/hub-options.ts";
import { type Asked, closedInTest, RawReader, serveInTest } from "./http.ts";

const events = defineEvents({ tick: json<{ n: number }>(), log: text() });
const finite = defineEvents({ step: text(), done: text() }, { end: ["done"] });
/** Nothing comes by itself, so that what arrives can be compared to the letter. */
const QUIET: HubOptions = { heartbeatMs: false };

async function feedOf(options: HubOptions = {}) {
  const hub = closedInTest(createHub(events, { ...QUIET, ...options }));
  const { port } = await serveInTest(hub.respond);
  return { hub, get: (asked?: Asked) => new RawReader(port, asked) };
}

/** The channels are those of the query parameter `of`. */
async function channelsOf(options: HubOptions = {}) {
  const hub = closedInTest(createChannelHub(events, { ...QUIET, ...options }));
  const { port } = await serveInTest((request) => {
    const [first = "", ...others] = new URL(request.url).searchParams.getAll("of");
    return hub.respond(request, { channels: [first, ...others] });
  });
  return {
    hub,
    get: (of: string, asked: Asked = {}) => new RawReader(port, { path: `/?of=${of}`, ...asked }),
  };
}

/** A log with `log 1` to `log <count>`, and their ids from 0 on. */
async function filledFeed(count: number, options: HubOptions = {}) {
  const feed = await feedOf(options);
  const ids: string[] = [];
  for (let n = 1; n <= count; n++) ids.push(await feed.hub.publish("log", `${n}`));
  const epoch = ids[0]?.split(".")[0] ?? "";
  return { ...feed, epoch, ids: [`${epoch}.0`, ...ids] };
}

async function toSee(reader: RawReader, last: string): Promise<RawReader> {
  await expect.poll(() => reader.seen.at(-1)).toBe(last);
  return reader;
}

async function toHaveStatus(reader: RawReader, status: number): Promise<RawReader> {
  await expect.poll(() => reader.status).toBe(status);
  return reader;
}

async function toOpen(reader: RawReader): Promise<RawReader> {
  await expect.poll(() => reader.events.length).toBeGreaterThan(0);
  return reader;
}

describe("the beginning of a stream", () => {
  test("is the comment, then a mark with the position, before anything that is published", async () => {
    const { hub, get } = await feedOf({ heartbeatMs: 15_000 });
    const first = await hub.publish("log", "before");
    const reader = await toOpen(get());
    await hub.publish("log", "after");
    await toSee(reader, "log after");
    const [epoch] = first.split(".");
    expect(reader.text).toBe(
      `: sse=1 heartbeat=15000\n\nid: ${epoch}.1\nevent: sse.mark\ndata: \n\n` +
        `id: ${epoch}.2\nevent: log\ndata: after\n\n`,
    );
    expect(reader.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(reader.headers.get("cache-control")).toBe("no-store, private, no-transform");
    expect(reader.headers.get("x-accel-buffering")).toBe("no");
  });

  test("names no heartbeat where there is none, and no retry where none is set", async () => {
    const { get } = await feedOf();
    expect((await toOpen(get())).text).toMatch(/^: sse=1\n\nid: \S+\nevent: sse\.mark\n/);
  });

  test("tells each client a reconnection time of its own, a quarter more or less", async () => {
    const { get } = await feedOf({ retryMs: 1_000_000 });
    const readers = await Promise.all(Array.from({ length: 20 }, () => toOpen(get())));
    const times = readers.map(({ text }) => Number(/^: sse=1\n\nretry: (\d+)\n\nid: /.exec(text)?.[1]));
    for (const time of times) {
      expect(time).toBeGreaterThanOrEqual(750_000);
      expect(time).toBeLessThanOrEqual(1_250_000);
    }
    expect(new Set(times).size).toBeGreaterThan(1);
  });
});

describe("a client that comes back", () => {
  test("gets exactly what it missed, then what is published, by the header", async () => {
    const { hub, get, ids, epoch } = await filledFeed(5);
    const reader = await toSee(get({ headers: { "last-event-id": ids[2] ?? "" } }), "log 5");
    await hub.publish("log", "6");
    await toSee(reader, "log 6");
    expect(reader.seen).toEqual(["sse.mark ", "log 3", "log 4", "log 5", "log 6"]);
    const positions = [2, 3, 4, 5, 6].map((offset) => `${epoch}.${offset}`);
    expect(reader.events.map((event) => event.lastEventId)).toEqual(positions);
  });

  test("gets the same by the query parameter", async () => {
    const { get, ids } = await filledFeed(3);
    const reader = await toSee(get({ path: `/?lastEventId=${ids[1]}` }), "log 3");
    expect(reader.seen).toEqual(["sse.mark ", "log 2", "log 3"]);
  });

  test("is believed by a header that is not empty, else by the query parameter", async () => {
    const { get, ids } = await filledFeed(3);
    const path = `/?lastEventId=${ids[2]}`;
    const byHeader = await toSee(get({ path, headers: { "last-event-id": ids[0] ?? "" } }), "log 3");
    expect(byHeader.seen).toEqual(["sse.mark ", "log 1", "log 2", "log 3"]);
    const byQuery = await toSee(get({ path, headers: { "last-event-id": "" } }), "log 3");
    expect(byQuery.seen).toEqual(["sse.mark ", "log 3"]);
  });

  test("to the head of the log gets the mark alone", async () => {
    const { hub, get, ids } = await filledFeed(2);
    const reader = await toOpen(get({ headers: { "last-event-id": ids[2] ?? "" } }));
    await hub.publish("log", "new");
    expect((await toSee(reader, "log new")).seen).toEqual(["sse.mark ", "log new"]);
  });

  test("to what is not kept any more is told of the gap, and gets what is kept", async () => {
    const { get, ids, epoch } = await filledFeed(6, { replay: { maxEvents: 2 } });
    const reader = await toSee(get({ headers: { "last-event-id": ids[1] ?? "" } }), "log 6");
    expect(reader.seen).toEqual([`sse.gap {"from":"${ids[1]}","reason":"expired"}`, "log 5", "log 6"]);
    expect(reader.events[0]?.lastEventId).toBe(`${epoch}.4`);
  });

  test.each<[string, (epoch: string) => string, string]>([
    ["garbage", () => "garbage", "invalid"],
    ["SQL", () => "1'; DROP TABLE events; --", "invalid"],
    ["a dash", () => "-", "invalid"],
    ["a dollar", () => "$", "invalid"],
    ["a position with a letter", (epoch) => `${epoch}.x`, "invalid"],
    ["x.1", () => "x.1", "unknown-epoch"],
    ["1e3", () => "1e3", "invalid"],
    ["an exponent as the offset", (epoch) => `${epoch}.1e3`, "invalid"],
    ["a negative offset", (epoch) => `${epoch}.-1`, "invalid"],
    ["4 KB", () => "7".repeat(4096), "invalid"],
    ["another epoch", () => "another.2", "unknown-epoch"],
    ["the future", (epoch) => `${epoch}.4`, "future"],
  ])("with %s is told of the gap, and never given the history", async (_name, idOf, reason) => {
    const { hub, get, epoch } = await filledFeed(3);
    const id = idOf(epoch);
    const byHeader = await toOpen(get({ headers: { "last-event-id": id } }));
    const byQuery = await toOpen(get({ path: `/?lastEventId=${encodeURIComponent(id)}` }));
    await hub.publish("log", "live");
    for (const reader of [byHeader, byQuery]) {
      await toSee(reader, "log live");
      const [gap, ...rest] = reader.events;
      expect(gap).toMatchObject({ type: "sse.gap", lastEventId: `${epoch}.3` });
      expect(JSON.parse(gap?.data ?? "")).toEqual({ from: id.slice(0, 1024), reason });
      expect(rest.map(({ data }) => data)).toEqual(["live"]);
    }
  });

  test("with 64 KB is refused by the server, and nothing stays behind", async () => {
    const { hub, get } = await filledFeed(3);
    const id = "7".repeat(65_536);
    await toHaveStatus(get({ headers: { "last-event-id": id } }), 431);
    await toHaveStatus(get({ path: `/?lastEventId=${id}` }), 431);
    expect(hub.stats()).toMatchObject({ connections: 0, delivered: 0 });
  });

  test("after sse.end is answered with 204", async () => {
    const { hub, get } = await filledFeed(1);
    await toHaveStatus(get({ headers: { "last-event-id": "sse.end" } }), 204);
    await toHaveStatus(get({ path: "/?lastEventId=sse.end" }), 204);
    expect(hub.stats().connections).toBe(0);
  });
});

describe("a snapshot", () => {
  test("comes between the gap and a mark, and neither gap nor state has an id", async () => {
    const { hub, get, epoch } = await filledFeed(3, {
      snapshot: function* ({ reason }) {
        yield events.event("log", `state, ${reason}`);
        yield events.event("log", "more state");
      },
    });
    const reader = await toSee(get({ headers: { "last-event-id": "lost.1" } }), "sse.mark ");
    await hub.publish("log", "live");
    await toSee(reader, "log live");
    expect(reader.text).toBe(
      ': sse=1\n\nevent: sse.gap\ndata: {"from":"lost.1","reason":"unknown-epoch"}\n\n' +
        "event: log\ndata: state, unknown-epoch\n\nevent: log\ndata: more state\n\n" +
        `id: ${epoch}.3\nevent: sse.mark\ndata: \n\nid: ${epoch}.4\nevent: log\ndata: live\n\n`,
    );
  });
});

describe("a quiet connection", () => {
  test("gets an empty comment each interval", async () => {
    const { get } = await feedOf({ heartbeatMs: 40 });
    const reader = get();
    await expect.poll(() => reader.chunks.length).toBeGreaterThanOrEqual(3);
    const [opening, ...beats] = reader.chunks;
    expect(opening).toContain(": sse=1 heartbeat=40\n\n");
    expect(new Set(beats)).toEqual(new Set([":\n\n"]));
  });

  test("gets a mark in its place when other channels moved on, and resumes from there", async () => {
    const { hub, get } = await channelsOf({ heartbeatMs: 40, replay: { maxEvents: 1 } });
    const quiet = await toOpen(get("quiet"));
    for (const n of [1, 2, 3]) await hub.publish("tick", { n }, { channel: "busy" });
    await expect.poll(() => quiet.events.at(-1)?.lastEventId).toMatch(/\.3$/);
    const marks = quiet.events.length;
    expect(quiet.chunks.at(-1)).toMatch(/^(id: \w+\.3\nevent: sse\.mark\ndata: )?:?\n\n$/);
    const chunks = quiet.chunks.length;
    await expect.poll(() => quiet.chunks.length).toBeGreaterThan(chunks);
    expect(quiet.chunks.at(-1)).toBe(":\n\n"); // one mark is enough
    expect(quiet.events).toHaveLength(marks);
    const lastEventId = quiet.events.at(-1)?.lastEventId ?? "";
    const again = await toOpen(get("busy", { headers: { "last-event-id": lastEventId } }));
    expect(again.seen).toEqual(["sse.mark "]);
    expect(hub.stats().gaps).toBe(0);
  });
});

describe("what is published", () => {
  test("in one turn arrives in one chunk, in the order of the calls, though nobody awaits them", async () => {
    const { hub, get } = await feedOf();
    const reader = await toOpen(get());
    for (let n = 0; n < 200; n++) void hub.publish("tick", { n });
    await toSee(reader, 'tick {"n":199}');
    expect(reader.chunks).toHaveLength(2);
    expect(reader.seen.slice(1)).toEqual(Array.from({ length: 200 }, (_, n) => `tick {"n":${n}}`));
  });

  test("reaches the connections of its channel, in the order of the log over all of theirs", async () => {
    const { hub, get } = await channelsOf();
    const [one, both] = await Promise.all([toOpen(get("one")), toOpen(get("one&of=two"))]);
    for (let n = 0; n < 4; n++) void hub.publish("tick", { n }, { channel: n % 2 === 0 ? "one" : "two" });
    await toSee(both, 'tick {"n":3}');
    await toSee(one, 'tick {"n":2}');
    expect(both.seen.slice(1)).toEqual([0, 1, 2, 3].map((n) => `tick {"n":${n}}`));
    expect(one.seen.slice(1)).toEqual([0, 2].map((n) => `tick {"n":${n}}`));
  });

  test("twice with one idempotency key arrives once", async () => {
    const { hub, get } = await feedOf();
    const reader = await toOpen(get());
    const options = { idempotencyKey: "order 1" };
    const ids = await Promise.all([hub.publish("log", "a", options), hub.publish("log", "a", options)]);
    expect(ids[0]).toBe(ids[1]);
    await hub.publish("log", "b");
    expect((await toSee(reader, "log b")).seen).toEqual(["sse.mark ", "log a", "log b"]);
  });

  test("may have exactly maxEventBytes, and one more is a LimitError of which nobody hears", async () => {
    const maxEventBytes = "event: log\ndata: 12345\n\n".length;
    const { hub, get } = await feedOf({ limits: { maxEventBytes } });
    const reader = await toOpen(get());
    await hub.publish("log", "12345");
    await expect(hub.publish("log", "123456")).rejects.toThrow(LimitError);
    await expect(hub.publish("log", "日本")).rejects.toThrow(LimitError); // 6 bytes
    await hub.publish("log", "end");
    expect((await toSee(reader, "log end")).seen).toEqual(["sse.mark ", "log 12345", "log end"]);
  });

  test.each(["unknown", "error", "open", "message", "sse.mark", "toString"])(
    "cannot have the type %s",
    async (type) => {
      const { hub } = await feedOf();
      await expect(Reflect.apply(hub.publish, hub, [type, "x"])).rejects.toThrow(InvalidEventError);
      expect(hub.stats().published).toBe(0);
    },
  );
});

describe("a contract with an end", () => {
  test("finishes the stream with sse.end, and 204 for those who come back with that", async () => {
    const hub = closedInTest(createHub(finite, QUIET));
    const { port } = await serveInTest(hub.respond);
    const reader = await toOpen(new RawReader(port));
    void hub.publish("step", "1");
    void hub.publish("done", "all");
    void hub.publish("step", "too late");
    await expect.poll(() => reader.isComplete).toBe(true);
    expect(reader.seen).toEqual(["sse.mark ", "step 1", "done all", "sse.end "]);
    const lastEventId = reader.events.at(-1)?.lastEventId ?? "";
    expect(lastEventId).toBe("sse.end");
    await toHaveStatus(new RawReader(port, { headers: { "last-event-id": lastEventId } }), 204);
  });

  test("ends a replay at the end event as well", async () => {
    const hub = closedInTest(createHub(finite, QUIET));
    const { port } = await serveInTest(hub.respond);
    const [epoch] = (await hub.publish("step", "1")).split(".");
    await hub.publish("done", "all");
    const reader = new RawReader(port, { path: `/?lastEventId=${epoch}.0` });
    await expect.poll(() => reader.isComplete).toBe(true);
    expect(reader.seen).toEqual(["sse.mark ", "step 1", "done all", "sse.end "]);
  });

  test("takes one channel a connection", async () => {
    const hub = closedInTest(createChannelHub(finite, QUIET));
    const request = new Request("http://localhost/");
    await expect(hub.respond(request, { channels: ["a", "b"] })).rejects.toThrow("exactly one channel");
  });
});

describe("the numbers and the hooks", () => {
  test("tell of connections, events, gaps, and why each connection ended", async () => {
    const told: unknown[] = [];
    const { hub, get } = await channelsOf({
      hooks: {
        opened: ({ channels }) => told.push(["opened", ...channels]),
        gap: ({ channels }, reason) => told.push(["gap", ...channels, reason]),
        closed: ({ channels }, reason) => told.push(["closed", ...channels, reason]),
      },
    });
    const a = await toOpen(get("a"));
    const b = await toOpen(get("b", { headers: { "last-event-id": "nonsense" } }));
    await hub.publish("log", "x", { channel: "a" });
    await hub.publish("log", "y", { channel: "c" });
    await toSee(a, "log x");
    expect(hub.stats()).toEqual({
      connections: 2,
      published: 2,
      delivered: 1,
      dropped: 0,
      gaps: 1,
      refused: 0,
    });
    b.leave();
    await expect.poll(() => hub.stats().connections).toBe(1);
    await hub.close();
    await expect.poll(() => a.isComplete).toBe(true);
    expect(told).toEqual([
      ["opened", "a"],
      ["opened", "b"],
      ["gap", "b", "invalid"],
      ["closed", "b", "client"],
      ["closed", "a", "drained"],
    ]);
    expect(hub.stats()).toEqual({
      connections: 0,
      published: 2,
      delivered: 1,
      dropped: 0,
      gaps: 1,
      refused: 0,
    });
  });

  test("a hook that throws is reported, and the stream goes on", async () => {
    const onError = vi.fn();
    const opened = (): void => {
      throw new Error("hook");
    };
    const { hub, get } = await feedOf({ onError, hooks: { opened } });
    const reader = await toOpen(get());
    await hub.publish("log", "a");
    await toSee(reader, "log a");
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: "hook" }));
  });
});

describe("close", () => {
  test("sends what was published, tells all when to come back, and takes nobody any more", async () => {
    const { hub, get } = await feedOf({ retryMs: 1000 });
    const readers = await Promise.all([toOpen(get()), toOpen(get())]);
    void hub.publish("log", "last");
    await hub.close();
    for (const reader of readers) {
      await expect.poll(() => reader.isComplete).toBe(true);
      expect(reader.text).toMatch(/data: last\n\nretry: \d+\n\n$/);
    }
    const late = await toHaveStatus(get(), 200);
    await expect.poll(() => late.isComplete).toBe(true);
    expect(late.text).toMatch(/^retry: \d+\n\n$/);
    await expect(hub.publish("log", "too late")).rejects.toMatchObject({ code: "closed" });
  });
});

describe("requests that get no stream", () => {
  test("HEAD has the headers and no body, and opens nothing", async () => {
    const { hub, get } = await feedOf();
    const reader = await toHaveStatus(get({ method: "HEAD", headers: { connection: "close" } }), 200);
    await expect.poll(() => reader.isClosed).toBe(true);
    expect(reader.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(reader.chunks).toEqual([]);
    expect(hub.stats().connections).toBe(0);
  });

  test("an Accept without event streams is 406", async () => {
    const { hub, get } = await feedOf();
    await toHaveStatus(get({ headers: { accept: "application/json" } }), 406);
    await toHaveStatus(get({ headers: { accept: "text/event-stream;q=0, */*" } }), 406);
    expect(hub.stats().connections).toBe(0);
  });

  test("a host that is not on the list is 421, and those on it are served", async () => {
    const { hub, get } = await feedOf({ hosts: ["Events.Example", "other.example:8080"] });
    await toHaveStatus(get(), 421);
    await toHaveStatus(get({ headers: { host: "events.example.evil.example" } }), 421);
    await toHaveStatus(get({ headers: { host: "other.example" } }), 421);
    expect(hub.stats().connections).toBe(0);
    await toHaveStatus(get({ headers: { host: "events.example" } }), 200);
    await toHaveStatus(get({ headers: { host: "OTHER.example:8080" } }), 200);
  });
});

describe("pages of another origin", () => {
  const origin = "https://app.example";
  const cors = { origins: [origin], credentials: true, headers: ["authorization"] };

  test("may read the stream and the refusals when they are on the list", async () => {
    const { get } = await feedOf({ cors });
    const answers: [number, Asked["headers"]][] = [
      [200, { origin }],
      [406, { origin, accept: "text/html" }],
      [204, { origin, "last-event-id": "sse.end" }],
    ];
    for (const [status, headers] of answers) {
      const reader = await toHaveStatus(get({ headers }), status);
      expect(reader.headers.get("access-control-allow-origin")).toBe(origin);
      expect(reader.headers.get("access-control-allow-credentials")).toBe("true");
      expect(reader.headers.get("vary")).toBe("origin");
    }
  });

  test("may send Last-Event-ID and what is named, says the preflight, which opens nothing", async () => {
    const { hub, get } = await feedOf({ cors });
    const reader = await toHaveStatus(get({ method: "OPTIONS", headers: { origin } }), 204);
    expect(reader.headers.get("access-control-allow-origin")).toBe(origin);
    expect(reader.headers.get("access-control-allow-headers")).toBe("last-event-id, authorization");
    expect(reader.headers.get("access-control-max-age")).toBe("7200");
    expect(hub.stats().connections).toBe(0);
  });

  test("are refused when they are not on the list, the preflight too", async () => {
    const { hub, get } = await feedOf({ cors });
    for (const method of ["GET", "OPTIONS"]) {
      const headers = { origin: "https://app.example.evil.example" };
      const reader = await toHaveStatus(get({ method, headers }), 403);
      expect(reader.headers.get("access-control-allow-origin")).toBeNull();
      expect(reader.headers.get("vary")).toBe("origin");
    }
    expect(hub.stats().connections).toBe(0);
  });

  test("are told by Vary that the answer depends on the origin even where none was named", async () => {
    const { get } = await feedOf({ cors });
    const reader = await toHaveStatus(get(), 200);
    expect(reader.headers.get("vary")).toBe("origin");
    expect(reader.headers.get("access-control-allow-origin")).toBeNull();
  });
});
