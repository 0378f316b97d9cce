import { ConnectionError, defineEvents, json } from "@sse/protocol";
import { afterEach, expect, test, vi } from "vitest";
import { AT_ONCE, play } from "../../test/server/client.ts";
import { log, newKey, numbers, opening, PATIENCE, range, TestTab, text } from "../../test/server/tab.ts";
import { connect } from "../connect.ts";
import type { ConnectOptions } from "../options.ts";
import { share } from "./share.ts";

// Subscriptions of one process are to each other what tabs are: they meet in locks and on the channel only.

vi.setConfig({ testTimeout: 20_000 });

const tabs: TestTab[] = [];
function tab(url: string, key: string, options?: ConnectOptions): TestTab {
  const made = new TestTab(url, key, options);
  tabs.push(made);
  return made;
}
afterEach(() => {
  vi.unstubAllGlobals();
  for (const one of tabs.splice(0)) one.close();
});

/** Tabs that are open, the first of them the leader. */
async function openTabs(count: number, url: string, options?: ConnectOptions): Promise<TestTab[]> {
  const key = newKey();
  const made: TestTab[] = [];
  for (const _ of range(1, count)) {
    const next = tab(url, key, options);
    made.push(next);
    await next.is("open");
  }
  return made;
}
const keyOf = (one: TestTab | undefined) => one?.key ?? "";
/** What locks and channels are called. */
const nameOf = (url: string, key: string) => `sse:${JSON.stringify([1, key, url, numbers.options])}`;
const ids = (requests: readonly { readonly headers: Readonly<Record<string, string>> }[]) =>
  requests.map(({ headers }) => headers["last-event-id"] ?? "");

test("all tabs have the events of one connection", async () => {
  const { url, open, seen } = await play({
    body: [opening(0), { gate: "go" }, ...range(1, 3).map(text)],
    end: "hold",
  });
  const four = await openTabs(4, url);
  await open("go");
  for (const one of four) await one.has(1, 2, 3);
  expect(await seen()).toHaveLength(1);
  expect(four.map(({ subscription }) => subscription.lastEventId)).toEqual(["a.3", "a.3", "a.3", "a.3"]);
});

test("when the leader closes, another tab goes on where it was", async () => {
  const { url, open, seen } = await play(
    { body: [opening(0), { gate: "go" }, ...range(1, 3).map(text)], end: "hold" },
    { log: log(6), end: "hold" },
  );
  const [first, second, third] = await openTabs(3, url);
  await open("go");
  for (const one of [first, second, third]) await one?.has(1, 2, 3);
  first?.close();
  for (const one of [second, third]) await one?.has(1, 2, 3, 4, 5, 6);
  expect(ids(await seen(2, 1))).toEqual(["", "a.3"]);
});

test("a tab that joins begins with what comes then", async () => {
  const { url, open } = await play({
    body: [opening(0), text(1), { gate: "go" }, text(2)],
    end: "hold",
  });
  const key = newKey();
  const first = tab(url, key);
  await first.has(1);
  const late = tab(url, key);
  await late.is("open");
  expect(late.subscription.lastEventId).toBe("a.1");
  await open("go");
  await first.has(1, 2);
  await late.has(2);
});

test("a tab with a position gets what it missed out of what the leader kept, also where ids are opaque", async () => {
  const body = (["x", "y", "z"] as const).map((id, index) => `event: n\nid: ${id}\ndata: ${index}\n\n`);
  const { url, open, seen } = await play({
    body: [...body, { gate: "go" }, "event: n\nid: 0\ndata: 3\n\n"],
    end: "hold",
  });
  const key = newKey();
  const first = tab(url, key);
  await first.has(0, 1, 2);
  const back = tab(url, key, { lastEventId: "x" });
  await back.has(1, 2);
  await open("go");
  await back.has(1, 2, 3);
  await first.has(0, 1, 2, 3);
  expect([back.gaps, (await seen()).length]).toEqual([[], 1]);
});

test("a stored position counts as one, and is kept while others read", async () => {
  const { url, open } = await play({
    body: [opening(0), text(1), text(2), { gate: "go" }, text(3)],
    end: "hold",
  });
  const [first] = await openTabs(1, url);
  await first?.has(1, 2);
  const saved: string[] = [];
  const store = {
    load: () => Promise.resolve("a.1"),
    save: (_url: string, id: string) => void saved.push(id),
    clear: () => {},
  };
  const back = tab(url, keyOf(first), { store });
  await back.has(2);
  await open("go");
  await back.has(2, 3);
  await expect.poll(() => saved.at(-1), PATIENCE).toBe("a.3");
});

test("what the leader does not have is read again from the stream, and no other tab sees it twice", async () => {
  const { url, open, seen } = await play(
    { body: [opening(50), text(51), { gate: "never" }], end: "hold" },
    { body: [opening(40), ...range(41, 52).map(text), { gate: "go" }, text(53)], end: "hold" },
  );
  const [first, second] = await openTabs(2, url);
  await first?.has(51);
  await second?.is("open");
  const asleep = tab(url, keyOf(first), { lastEventId: "a.40" });
  await asleep.has(...range(41, 52));
  await open("go");
  await asleep.has(...range(41, 53));
  await first?.has(51, 52, 53);
  for (const one of [first, second, asleep]) expect(one?.gaps).toEqual([]);
  expect(ids(await seen(2, 1))).toEqual(["", "a.40"]);
});

test("what is gone from the stream is a gap for the tab that asked; the others go on", async () => {
  const gap = 'event: sse.gap\nid: a.60\ndata: {"from":"a.4","reason":"expired"}\n\n';
  const { url, seen } = await play(
    { body: [opening(50), text(51), { gate: "never" }], end: "hold" },
    { body: [": sse=1\n\n", gap, text(61)], end: "hold" },
    { log: log(62), end: "hold" },
  );
  const [first] = await openTabs(1, url);
  await first?.has(51);
  const asleep = tab(url, keyOf(first), { lastEventId: "a.4" });
  await first?.has(...range(51, 62));
  await asleep.has(...range(52, 62));
  expect([first?.gaps, asleep.gaps]).toEqual([[], ["a.4 expired a.51"]]);
  expect(ids(await seen(3, 2))).toEqual(["", "a.4", "a.51"]);
});

test("where ids are opaque, what the leader does not have is a gap", async () => {
  const { url, seen } = await play({ body: ["event: n\nid: z\ndata: 1\n\n"], end: "hold" });
  const [first] = await openTabs(1, url);
  await first?.has(1);
  const asleep = tab(url, keyOf(first), { lastEventId: "w" });
  await expect.poll(() => asleep.gaps, PATIENCE).toEqual(["w expired z"]);
  expect([asleep.subscription.lastEventId, (await seen()).length]).toEqual(["z", 1]);
});

test("waiting and its error are known in all tabs", async () => {
  const { url, open } = await play(
    { body: [{ gate: "break" }], end: "end" },
    { status: 503, headers: { "retry-after": "0" } },
    { body: [opening(0), text(1)], end: "hold" },
  );
  const two = await openTabs(2, url);
  const errors: unknown[] = [];
  two[1]?.subscription.onStateChange((state) => {
    if (state.status === "waiting") errors.push(state.error);
  });
  await open("break");
  for (const one of two) await one.has(1);
  const later = ["waiting", "connecting", "waiting", "connecting", "open"];
  for (const one of two) expect(one.states.slice(one.states.indexOf("waiting"))).toEqual(later);
  expect(errors).toMatchObject([
    { code: "connection-lost" },
    { code: "response-refused", status: 503, retryable: true },
  ]);
  expect(errors.every((error) => error instanceof ConnectionError)).toBe(true);
});

test("what fails for good fails for all tabs, by one request", async () => {
  const { url, open, seen } = await play({ body: [{ gate: "break" }], end: "end" }, { status: 403 });
  const three = await openTabs(3, url);
  await open("break");
  for (const one of three) expect(await one.subscription.closed).toBe("failed");
  for (const one of three) expect(one.error).toMatchObject({ code: "response-refused", status: 403 });
  expect(await seen()).toHaveLength(2);
});

test("204 stops all tabs, and sse.end and an event that ends the stream finish it for all", async () => {
  const ends = {
    stopped: { status: 204 },
    ended: { body: ["event: sse.end\nid: sse.end\ndata:\n\n"] },
  } as const;
  for (const [reason, reply] of Object.entries(ends)) {
    const { url, open, seen } = await play({ body: [{ gate: "break" }], end: "end" }, reply);
    const three = await openTabs(3, url);
    await open("break");
    for (const one of three) expect(await one.subscription.closed).toBe(reason);
    expect(await seen()).toHaveLength(2);
  }
  const last = ["event: over\nid: a.1\ndata: null\n\n"];
  const { url, open, seen } = await play({ body: [{ gate: "go" }, ...last], end: "hold" });
  const three = await openTabs(3, url);
  await open("go");
  for (const one of three) expect(await one.subscription.closed).toBe("ended");
  expect(await seen(1, 1)).toHaveLength(1);
});

test("other credentials are asked for in the tab that reads", async () => {
  const { url, open } = await play(
    { body: [{ gate: "break" }], end: "end" },
    { status: 401 },
    { body: [opening(0), text(1)], end: "hold" },
  );
  const asked: number[] = [];
  const key = newKey();
  const two = [0, 1].map((index) => tab(url, key, { refresh: () => asked.push(index) }));
  for (const one of two) await one.is("open");
  await open("break");
  for (const one of two) await one.has(1);
  expect(asked).toEqual([0]);
});

test("onReconnect stops its own tab, and another one goes on", async () => {
  const { url, open, seen } = await play(
    { body: [opening(0), { gate: "break" }], end: "end" },
    { body: [opening(0), text(1)], end: "hold" },
  );
  const key = newKey();
  const first = tab(url, key, { onReconnect: () => false });
  await first.is("open");
  const second = tab(url, key);
  await second.is("open");
  await open("break");
  expect(await first.subscription.closed).toBe("stopped");
  await second.has(1);
  expect(await seen()).toHaveLength(2);
});

test("an id that cannot be sent back is reported in every tab", async () => {
  const bad = `id: ${"x".repeat(2000)}\nevent: n\ndata: 1\n\n`;
  const { url, open } = await play({ body: [{ gate: "go" }, bad], end: "hold" });
  const issues: string[] = [];
  const two = await openTabs(2, url, { onIssue: ({ kind }) => issues.push(kind) });
  await open("go");
  for (const one of two) await one.has(1);
  expect(issues).toEqual(["id", "id"]);
});

test("cursors in the data move the position for all tabs", async () => {
  const items = defineEvents({ item: json<{ seq: string }>() }, { id: "seq" });
  const { url, open, seen } = await play(
    { body: ['event: item\ndata: {"seq":"7"}\n\n', { gate: "break" }], end: "end" },
    { body: [], end: "hold" },
  );
  const transport = share({ key: newKey() });
  const subscription = connect(items, url, { reconnect: AT_ONCE, transport });
  await new Promise((resolve) => subscription.on("item", resolve));
  await open("break");
  expect(ids(await seen(2))).toEqual(["", "7"]);
  subscription.close();
});

test("another key, URL or contract is another connection, and so is another version of the contract", async () => {
  const reply = { body: [opening(0), { gate: "go" }, text(1)], end: "hold" } as const;
  const { url, open, seen } = await play(reply);
  const newer = defineEvents({ n: json<number>() }, { name: "numbers", version: "2" });
  const older = defineEvents({ n: json<number>() }, { name: "numbers", version: "1" });
  const key = newKey();
  const seenBy: string[] = [];
  const subscribe = (name: string, events: typeof newer, at: string, by: string) => {
    const subscription = connect(events, at, { transport: share({ key: by }) });
    subscription.on("n", () => seenBy.push(name));
    return subscription;
  };
  const all = [
    subscribe("newer", newer, url, key),
    subscribe("older", older, url, key),
    subscribe("key", newer, url, `${key} of somebody else`),
    subscribe("url", newer, `${url}?other`, key),
    subscribe("same", newer, url, key),
  ];
  // Who joins later begins with what comes then.
  for (const one of all) await expect.poll(() => one.state.status, PATIENCE).toBe("open");
  expect(await seen(4)).toHaveLength(4);
  await open("go");
  await expect.poll(() => seenBy.toSorted(), PATIENCE).toEqual(["key", "newer", "older", "same", "url"]);
  expect(await seen()).toHaveLength(4);
  for (const subscription of all) subscription.close();
});

test("what else is said on the channel breaks nothing", async () => {
  const { url, open } = await play({ body: [opening(0), { gate: "go" }, text(1)], end: "hold" });
  const [first, second] = await openTabs(2, url);
  const channel = new BroadcastChannel(nameOf(url, keyOf(first)));
  for (const noise of [null, 1, "news", {}, { kind: "other", epoch: 1e15 }, { kind: 7 }])
    channel.postMessage(noise);
  await open("go");
  for (const one of [first, second]) await one?.has(1);
  channel.close();
});

test("what a leader says that was one before is not taken", async () => {
  const { url, open } = await play({ body: [opening(0), { gate: "go" }, text(1)], end: "hold" });
  const [first, second] = await openTabs(2, url);
  const channel = new BroadcastChannel(nameOf(url, keyOf(first)));
  const late = { type: "n", data: "9", lastEventId: "a.9", at: "a.9", epoch: 5 };
  const frames = range(1, 9).map((seq) => ({ ...late, seq }));
  channel.postMessage({ kind: "state", epoch: 5, state: { status: "closed", reason: "ended" } });
  channel.postMessage({ kind: "news", epoch: 5, frames, ordered: true });
  await open("go");
  for (const one of [first, second]) await one?.has(1);
  expect([first, second].map((one) => one?.subscription.state.status)).toEqual(["open", "open"]);
  channel.close();
});

test("what has the shape of a message only at first sight breaks nothing, and moves nobody", async () => {
  const { url, open, seen } = await play({
    body: [opening(0), text(1), { gate: "go" }, text(2)],
    end: "hold",
  });
  const [first] = await openTabs(1, url);
  await first?.has(1);
  const second = tab(url, keyOf(first));
  await second.is("open");
  const channel = new BroadcastChannel(nameOf(url, keyOf(first)));
  const epoch = 999_999_999_999_999;
  const frame = { epoch, seq: 1, at: "a.9", type: "n", data: "9", lastEventId: "a.9" };
  const state = { status: "open", url };
  const join = { kind: "join", question: "q", epoch: 0, seq: 0, at: "", ordered: true };
  const sync = { ...frame, kind: "sync", question: "q", catchUp: "frames", frames: [], streamAt: "", state };
  for (const wrong of [
    { kind: "lead" },
    ...["9", 9n, [9], Number.NaN, Number.POSITIVE_INFINITY, 1e300, -1].map((odd) => ({
      kind: "lead",
      epoch: odd,
    })),
    { kind: "pong", epoch: null },
    { kind: "news", epoch },
    { kind: "news", epoch, frames: {}, ordered: true },
    { kind: "news", epoch, frames: [null], ordered: true },
    ...Object.keys(frame).map((name) => ({
      ...{ kind: "news", epoch, ordered: true },
      frames: [{ ...frame, [name]: undefined }],
    })),
    { kind: "state", epoch },
    { kind: "state", epoch, state: { status: "elsewhere" } },
    { kind: "state", epoch, state: { status: ["closed"] } },
    { kind: "state", epoch, state: { status: "closed", reason: "elsewhere" } },
    { ...sync, kind: "constructor" },
    ...Object.keys(join).map((name) => ({ ...join, [name]: {} })),
    ...Object.keys(sync).map((name) => ({ ...sync, [name]: {} })),
  ])
    channel.postMessage(wrong);
  await open("go");
  await first?.has(1, 2);
  await second.has(2);
  expect([first, second].map((one) => one?.states)).toEqual([["open"], ["open"]]);
  expect(await seen()).toHaveLength(1);
  channel.close();
});

test("a tab that is closed by what it missed stays closed", async () => {
  const { url } = await play({ body: [opening(0), ...range(1, 3).map(text)], end: "hold" });
  const [first] = await openTabs(1, url);
  await first?.has(1, 2, 3);
  const back = tab(url, keyOf(first), { lastEventId: "a.1" });
  back.subscription.on("n", () => back.close());
  expect(await back.subscription.closed).toBe("closed");
  await first?.is("open");
  const late = tab(url, keyOf(first));
  await late.is("open");
  expect([back.seen, back.states, back.subscription.state.status]).toEqual([[2], ["closed"], "closed"]);
});

test("a position that the server refuses is a gap for the tab that has it, and fails nobody", async () => {
  const { url, seen } = await play(
    { body: [opening(50), text(51), { gate: "never" }], end: "hold" },
    { status: 410 },
    { body: [opening(51), text(52)], end: "hold" },
  );
  const [first] = await openTabs(1, url);
  await first?.has(51);
  const asleep = tab(url, keyOf(first), { lastEventId: "a.4" });
  for (const [one, ...missed] of [[first, 51] as const, [asleep] as const]) await one?.has(...missed, 52);
  expect([first?.gaps, asleep.gaps]).toEqual([[], ["a.4 expired a.51"]]);
  expect(ids(await seen(3))).toEqual(["", "a.4", "a.51"]);
});

test("a leader that hangs has the lock taken away", async () => {
  const { url, seen } = await play({ body: [opening(0), text(1)], end: "hold" });
  const key = newKey();
  let lost: unknown;
  const { promise, resolve } = Promise.withResolvers<void>();
  // It has the lock, and says nothing.
  const hung = navigator.locks
    .request(nameOf(url, key), () => {
      resolve();
      return new Promise(() => {});
    })
    .catch((cause: unknown) => {
      lost = cause;
    });
  await promise;
  const one = tab(url, key);
  await one.has(1);
  await hung;
  expect([(lost as DOMException).name, (await seen()).length]).toEqual(["AbortError", 1]);
});

test("a slow tab does not hold up the others, and what it cannot keep is a gap", async () => {
  const { url, open, seen } = await play({
    body: [opening(0), { gate: "go" }, range(1, 6000).map(text).join(""), { gate: "more" }, text(6001)],
    end: "hold",
  });
  const [first] = await openTabs(1, url);
  const slow = connect(numbers, url, { gaps: "event", transport: share({ key: keyOf(first) }) });
  const events = slow[Symbol.asyncIterator]();
  const one = events.next();
  await expect.poll(() => slow.state.status, PATIENCE).toBe("open");
  const other = tab(url, keyOf(first));
  await other.is("open");
  await open("go");
  await one;
  for (const quick of [first, other]) await expect.poll(() => quick?.seen.length, PATIENCE).toBe(6000);
  const got: unknown[] = [];
  for (let type = "n"; type === "n"; ) {
    const { value } = await events.next();
    type = value?.type ?? "end";
    got.push(type === "n" ? value?.data : [type, value?.lastEventId]);
  }
  expect(got).toEqual([...range(2, got.length), ["sse.gap", "a.6000"]]);
  expect(slow.lastEventId).toBe("a.6000");
  await open("more");
  expect((await events.next()).value).toEqual({ type: "n", data: 6001, lastEventId: "a.6001" });
  expect([first?.seen.length, first?.gaps, (await seen()).length]).toEqual([6001, [], 1]);
  slow.close();
});

test("a burst is nothing to lose for a loop that keeps up", async () => {
  const { url, open } = await play({
    body: [opening(0), { gate: "go" }, range(1, 10_000).map(text).join("")],
    end: "hold",
  });
  const [first] = await openTabs(1, url);
  const loop = connect(numbers, url, { gaps: "throw", transport: share({ key: keyOf(first) }) });
  await expect.poll(() => loop.state.status, PATIENCE).toBe("open");
  const got: unknown[] = [];
  const all = (async () => {
    for await (const { data } of loop) if (got.push(data) === 10_000) break;
  })();
  await open("go");
  await all;
  expect(got).toEqual(range(1, 10_000));
  await expect.poll(() => first?.seen.length, PATIENCE).toBe(10_000);
});

test("a slow tab that is alone leaves in the socket what it does not take", async () => {
  const size = 10_000;
  const { url, seen } = await play({
    body: [
      opening(0),
      ...range(1, 500).map((n) => `event: n\nid: a.${n}\ndata: ${n}${" ".repeat(size)}\n\n`),
    ],
    end: "hold",
  });
  const alone = connect(numbers, url, { gaps: "throw", transport: share({ key: newKey() }) });
  const got: number[] = [];
  for await (const { data } of alone) {
    got.push(data ?? 0);
    if (got.length === 500) break;
  }
  expect(got).toEqual(range(1, 500));
  expect(await seen(1, 1)).toHaveLength(1);
});

test("without Web Locks, or where they are refused, every tab has a connection of its own", async () => {
  const refused = { request: () => Promise.reject(new DOMException("sandboxed", "SecurityError")) };
  for (const navigator of [undefined, {}, { locks: null }, { locks: {} }, { locks: refused }]) {
    vi.stubGlobal("navigator", navigator);
    const { url, seen } = await play({ body: [opening(0), text(1)], end: "hold" });
    const two = [1, 2].map(() => tab(url, "same"));
    for (const one of two) await one.has(1);
    expect(await seen()).toHaveLength(2);
    for (const one of two) one.close();
  }
});

test("where there are no channels, or none for this page, every tab has a connection of its own", async () => {
  const refusing = class {
    constructor() {
      throw new DOMException("This page keeps no storage.", "SecurityError");
    }
  };
  for (const channel of [undefined, refusing]) {
    vi.stubGlobal("BroadcastChannel", channel);
    const { url, seen } = await play({ body: [opening(0), text(1)], end: "hold" });
    const two = [1, 2].map(() => tab(url, "same"));
    for (const one of two) await one.has(1);
    expect(await seen()).toHaveLength(2);
    for (const one of two) one.close();
    expect(await seen(2, 2)).toHaveLength(2);
  }
});

test("tabs that do not hear each other stop taking the lock away, and read for themselves", async () => {
  const deaf = class {
    readonly onmessage = null;
    postMessage(): void {}
    close(): void {}
  };
  vi.stubGlobal("BroadcastChannel", deaf);
  const body = { body: [opening(0), { gate: "go" }, text(1)], end: "hold" } as const;
  const { url, open, seen } = await play(body);
  const key = newKey();
  const two = [tab(url, key), tab(url, key)];
  // The lock goes to and fro until one of them has lost it twice.
  const reading = (await seen(5, 3)).filter(({ left }) => !left);
  await open("go");
  for (const one of two) await one.has(1);
  expect([reading.length, (await seen()).length]).toEqual([2, 5]);
});

test("any text is a key", async () => {
  for (const key of ["-", "a\0\ud800\u2028 \"'\\/💥", "k".repeat(100_000)]) {
    const { url, open, seen } = await play({ body: [opening(0), { gate: "go" }, text(1)], end: "hold" });
    const two = [tab(url, key), tab(url, key)];
    for (const one of two) await one.is("open");
    await open("go");
    for (const one of two) await one.has(1);
    expect(await seen()).toHaveLength(1);
    for (const one of two) one.close();
  }
});

test("a key is needed", () => {
  expect(() => share({ key: "" })).toThrow("share needs a key");
});

test("a leader that hears of a newer one but keeps the lock leads on: the lock is right, and not the epochs", async () => {
  const { url, seen } = await play(
    { body: [opening(0), text(1)], end: "hold" },
    { log: log(3), end: "hold" },
  );
  const [leader] = await openTabs(1, url);
  await leader?.has(1);
  const other = tab(url, keyOf(leader));
  await other.is("open");
  const channel = new BroadcastChannel(nameOf(url, keyOf(leader)));
  // What a tab says that took the lock in the same moment, and lost it again to this one.
  channel.postMessage({ kind: "lead", epoch: Date.now() + 60_000 });
  await leader?.has(1, 2, 3);
  await other.has(2, 3); // it began after the first
  channel.close();
  expect(ids(await seen(2, 1))).toEqual(["", "a.1"]);
});
