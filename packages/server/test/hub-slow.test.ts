import { defineEvents, text } from "@sse/protocol";
import { describe, expect, test, vi } from "vitest";
import { createHub } from "../src/hub.ts";
import type { HubOptions } from "../src/hub-options.ts";
import { closedInTest, RawReader, serveInTest } from "./http.ts";
import { eventually } from "./support/serve.ts";

const events = defineEvents({ log: text() });
const LARGE = "x".repeat(65_536);
/** 16 MiB in all: more than the buffers of two sockets hold. */
const COUNT = 256;
const MAX_QUEUE_BYTES = 8 * LARGE.length;
const KEYS = ["a", "b", "c", "d"];

type LogHub = ReturnType<typeof createHub<{ log: ReturnType<typeof text> }>>;

/** A hub with a reader that has stopped after the opening, and one that reads. */
async function withReaders(options: HubOptions) {
  const limits = { maxQueueBytes: MAX_QUEUE_BYTES, maxStallMs: false as const, ...options.limits };
  const hub = closedInTest(createHub(events, { heartbeatMs: false, ...options, limits }));
  const { port } = await serveInTest(hub.respond);
  const slow = new RawReader(port);
  const fast = new RawReader(port);
  await eventually(() => slow.events.length === 1 && fast.events.length === 1);
  slow.stop();
  return { hub, port, slow, fast };
}

/** Publishes `log <n> …` as fast as the one who reads can take it. */
async function publishAll(hub: LogHub, fast: RawReader): Promise<void> {
  for (let n = 1; n <= COUNT; n++) {
    await hub.publish("log", `${n} ${LARGE} ${n}`, { key: KEYS[n % KEYS.length] });
    await eventually(() => fast.endsWith(` ${n}\n\n`));
  }
}

/** The numbers of the events of a reader, in the order in which they came. */
function numbersOf(reader: RawReader): number[] {
  return reader.events.filter(({ type }) => type === "log").map(({ data }) => Number.parseInt(data, 10));
}

function upTo(last: number, first = 1): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

describe("a client that does not read while the others do", () => {
  test("is disconnected by default, comes back, and has missed nothing", async () => {
    const closed = vi.fn();
    const { hub, port, slow, fast } = await withReaders({ hooks: { closed } });
    await publishAll(hub, fast);
    expect(numbersOf(fast)).toEqual(upTo(COUNT));
    expect(closed).toHaveBeenCalledExactlyOnceWith(expect.anything(), "slow");
    expect(hub.stats()).toMatchObject({ connections: 1, published: COUNT, dropped: 0, gaps: 0 });

    slow.goOn();
    await eventually(() => slow.isClosed);
    expect(slow.isComplete).toBe(false);
    const got = numbersOf(slow);
    expect(got).toEqual(upTo(got.length));
    expect(got.length).toBeLessThan(COUNT);
    const again = new RawReader(port, {
      headers: { "last-event-id": slow.events.at(-1)?.lastEventId ?? "" },
    });
    await eventually(() => again.endsWith(` ${COUNT}\n\n`));
    expect([...got, ...numbersOf(again)]).toEqual(upTo(COUNT));
  }, 20_000);

  test("with drop-oldest stays, is told of the hole, and gets what is newest", async () => {
    const gap = vi.fn();
    const { hub, slow, fast } = await withReaders({ slowConsumer: "drop-oldest", hooks: { gap } });
    await publishAll(hub, fast);
    expect(numbersOf(fast)).toEqual(upTo(COUNT));
    const { dropped } = hub.stats();
    expect(dropped).toBeGreaterThan(0);
    expect(hub.stats().connections).toBe(2);
    expect(gap).not.toHaveBeenCalled(); // it could not have been told yet

    slow.goOn();
    await eventually(() => slow.endsWith(` ${COUNT}\n\n`));
    const hole = slow.events.findIndex(({ type }) => type === "sse.gap");
    const offsets = slow.events.map(({ lastEventId }) => Number(lastEventId.split(".")[1]));
    const [before = Number.NaN, lastDropped = Number.NaN] = offsets.slice(hole - 1);
    expect(JSON.parse(slow.events[hole]?.data ?? "")).toEqual({
      from: slow.events[hole - 1]?.lastEventId,
      reason: "overflow",
    });
    expect(offsets).toEqual([...upTo(before, 0), ...upTo(COUNT, lastDropped)]);
    expect(numbersOf(slow)).toEqual([...upTo(before), ...upTo(COUNT, lastDropped + 1)]);
    expect(lastDropped - before).toBe(dropped);
    expect(gap).toHaveBeenCalledExactlyOnceWith(expect.anything(), "overflow");

    await hub.publish("log", "live again");
    await eventually(() => slow.endsWith("data: live again\n\n"));
  }, 20_000);

  test("with latest stays, and gets the newest event of each key, ids ascending", async () => {
    const { hub, slow, fast } = await withReaders({ slowConsumer: "latest" });
    await publishAll(hub, fast);
    expect(numbersOf(fast)).toEqual(upTo(COUNT));
    const { dropped } = hub.stats();
    expect(dropped).toBeGreaterThan(0);

    slow.goOn();
    await eventually(() => slow.endsWith(` ${COUNT}\n\n`));
    const got = numbersOf(slow);
    expect(got).toEqual([...got].sort((a, b) => a - b));
    expect(got.slice(-KEYS.length)).toEqual(upTo(COUNT, COUNT - KEYS.length + 1));
    expect(got.length + dropped).toBe(COUNT);
    expect(slow.events.map(({ type }) => type)).not.toContain("sse.gap");
    expect(hub.stats()).toMatchObject({ connections: 2, gaps: 0 });
  }, 20_000);

  test("with latest and more keys than the queue may hold is disconnected", async () => {
    const closed = vi.fn();
    const { hub, fast } = await withReaders({ slowConsumer: "latest", hooks: { closed } });
    for (let n = 1; n <= COUNT; n++) {
      await hub.publish("log", `${n} ${LARGE} ${n}`, { key: `${n}` });
      await eventually(() => fast.endsWith(` ${n}\n\n`));
    }
    expect(closed).toHaveBeenCalledExactlyOnceWith(expect.anything(), "slow");
    expect(hub.stats().connections).toBe(1);
  }, 20_000);

  test("is closed after maxStallMs though its queue has room, and the hook hears of it", async () => {
    const hooks = { stalled: vi.fn(), closed: vi.fn() };
    const limits = { maxQueueBytes: false as const, maxStallMs: 1500 };
    const { hub, slow, fast } = await withReaders({ limits, hooks });
    await publishAll(hub, fast);
    await eventually(() => hooks.closed.mock.calls.length > 0);
    expect(hooks.stalled).toHaveBeenCalledTimes(1);
    expect(hooks.closed).toHaveBeenCalledExactlyOnceWith(expect.anything(), "slow");
    expect(hub.stats().connections).toBe(1);
    slow.goOn();
    await eventually(() => slow.isClosed);
    expect(slow.isComplete).toBe(false);

    await hub.publish("log", "to the other");
    await eventually(() => fast.endsWith("data: to the other\n\n"));
  }, 20_000);

  test("holds up nobody who publishes", async () => {
    const { hub, fast } = await withReaders({});
    const ids = await Promise.all(upTo(COUNT).map((n) => hub.publish("log", `${n} ${LARGE} ${n}`)));
    expect(ids.map((id) => Number(id.split(".")[1]))).toEqual(upTo(COUNT));
    expect(fast.events).toHaveLength(1); // nobody has read any of it yet
    await eventually(() => fast.endsWith(` ${COUNT}\n\n`));
    expect(numbersOf(fast)).toEqual(upTo(COUNT));
  }, 20_000);
});
