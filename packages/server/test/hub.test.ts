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
  await expect.poll(() => reader.seen.at(-1), { timeout: 5000 }).toBe(last);
  return reader;
}

async function toHaveStatus(reader: RawReader, status: number): Promise<RawReader> {
  await expect.poll(() => reader.status, { timeout: 5000 }).toBe(status);
  return reader;
}

async function toOpen(reader: RawReader): Promise<RawReader> {
  await expect.poll(() => reader.events.length, { timeout: 5000 }).toBeGreaterThan(0);
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
