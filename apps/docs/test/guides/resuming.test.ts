import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { connect, type GapEvent } from "@sse/client";
import { readEvents } from "@sse/protocol";
import { createHub } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { expect, it } from "vitest";
import { board } from "../../pages/guides/resuming/board.ts";
import { follow } from "../../pages/guides/resuming/client.ts";
import { fileStore } from "../../pages/guides/resuming/file-store.ts";
import { lines, log, respond } from "../../pages/guides/resuming/own-ids.ts";
import { scores } from "../../pages/guides/resuming/scores.ts";
import { goal, hub, table } from "../../pages/guides/resuming/server.ts";
import { serve } from "../support/serve.ts";

it("a client that is cut gets each goal once and in order", async () => {
  await using server = await serve(toNodeListener(hub.respond));
  const shown: string[] = [];
  const following = connect(scores, server.url, { reconnect: { minDelayMs: 1 } });
  following.on("goal", ({ data }) => shown.push(data.team));
  await expect.poll(() => following.state.status).toBe("open");
  for (let n = 0; n < 30; n++) {
    await goal(`team ${n}`);
    if (n % 10 === 4) server.cut();
  }
  await expect.poll(() => shown.length).toBe(30);
  expect(shown).toEqual(Array.from({ length: 30 }, (_, n) => `team ${n}`));
  following.close();
});

it("what cannot be replayed is announced, and a snapshot fills the hole", async () => {
  await using server = await serve(toNodeListener(hub.respond));
  const seen: string[] = [];
  const stream = connect(scores, server.url, { lastEventId: "another.17", gaps: "event" });
  for await (const event of stream) {
    seen.push(event.type === "sse.gap" ? `gap: ${event.data.reason} after ${event.data.from}` : event.type);
    if (event.type === "table") await goal("late");
    if (event.type === "goal") break;
  }
  expect(seen).toEqual(["gap: unknown-epoch after another.17", "table", "goal"]);
});

it("a snapshot is not sent to a client that is new or has missed nothing", async () => {
  await using server = await serve(toNodeListener(hub.respond));
  const last = await goal("before");
  for (const lastEventId of ["", last]) {
    const stream = connect(scores, server.url, { lastEventId });
    const types: string[] = [];
    stream.on("*", ({ type }) => types.push(type));
    await expect.poll(() => stream.state.status).toBe("open");
    await expect.poll(() => stream.lastEventId).not.toBe("");
    await goal("after");
    await expect.poll(() => types).toEqual(["goal"]);
    stream.close();
  }
});

it("a board has the state from the first moment on, however much happens while it connects", async () => {
  await using server = await serve(toNodeListener(hub.respond));
  const boards: { shown: Readonly<Record<string, number>>; close: () => void }[] = [];
  for (let n = 0; n < 40; n++) {
    const each = { shown: {}, close: () => {} };
    each.close = board(server.url, (now) => {
      each.shown = now;
    });
    boards.push(each);
    void goal("home");
    await nextTurn();
    await goal("guests");
    if (n % 10 === 9) server.cut();
  }
  await expect.poll(() => boards.map(({ shown }) => shown)).toEqual(boards.map(() => table));
  await goal("home");
  await expect.poll(() => boards.map(({ shown }) => shown)).toEqual(boards.map(() => table));
  for (const { close } of boards) close();
});

it("a browser's EventSource asks for the state in its URL, and goes on by its header", async () => {
  await using server = await serve(toNodeListener(hub.respond));
  const last = await goal("home");
  const begins = async (headers: Record<string, string>) => {
    const left = new AbortController();
    const response = await fetch(`${server.url}?lastEventId=none`, { headers, signal: left.signal });
    const types: string[] = [];
    for await (const { type, lastEventId } of readEvents(response)) {
      types.push(type);
      if (lastEventId === last) break;
    }
    left.abort();
    return types;
  };
  expect(await begins({})).toEqual(["sse.gap", "table", "sse.mark"]);
  expect(await begins({ "last-event-id": last })).toEqual(["sse.mark"]);
});

it("gaps can be an event, an error, or a listener's", async () => {
  await using server = await serve(toNodeListener(hub.respond));
  const stream = connect(scores, server.url, { lastEventId: "nonsense", gaps: "throw" });
  await expect(stream[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "gap" });
  const gaps: GapEvent[] = [];
  const listened = connect(scores, server.url, { lastEventId: "nonsense" });
  listened.on("sse.gap", (gap) => gaps.push(gap));
  await expect.poll(() => gaps.map(({ data }) => data)).toEqual([{ from: "nonsense", reason: "invalid" }]);
  listened.close();
});

it("follow() shows the gap, the table and the goals", async () => {
  await using server = await serve(toNodeListener(hub.respond));
  const shown: string[] = [];
  await expect.poll(() => hub.stats().connections).toBe(0);
  const stop = new AbortController();
  const following = follow(server.url, (line) => shown.push(line), stop.signal);
  await expect.poll(() => hub.stats().connections).toBe(1);
  await goal("us");
  await expect.poll(() => shown).toEqual(["Goal for us!"]);
  stop.abort(new Error("enough"));
  await expect(following).rejects.toThrow("enough");
});

it("received is not delivered: what a loop has not taken comes again", async () => {
  await using small = createHub(scores);
  await using server = await serve(toNodeListener(small.respond));
  const first = connect(scores, server.url);
  const loop = first[Symbol.asyncIterator]();
  const next = loop.next();
  await expect.poll(() => first.state.status).toBe("open");
  const ids: string[] = [];
  for (let n = 0; n < 5; n++) ids.push(await small.publish("goal", { team: `${n}` }));
  await next;
  await expect.poll(() => first.lastEventId).toBe(ids[0]);
  first.close();
  const again = connect(scores, server.url, { lastEventId: first.lastEventId });
  const teams: string[] = [];
  for await (const event of again) if (event.type === "goal" && teams.push(event.data.team) === 4) break;
  expect(teams).toEqual(["1", "2", "3", "4"]);
});

it("a store takes a program on where it was", async () => {
  await using small = createHub(scores);
  await using server = await serve(toNodeListener(small.respond));
  const folder = mkdtempSync(join(tmpdir(), "docs-store-"));
  const store = fileStore(join(folder, "cursor"));
  const run = async (count: number) => {
    const teams: string[] = [];
    for await (const event of connect(scores, server.url, { store })) {
      if (event.type === "goal" && teams.push(event.data.team) === count) break;
    }
    return teams;
  };
  const first = run(2);
  await expect.poll(() => small.stats().connections).toBe(1);
  for (let n = 0; n < 6; n++) await small.publish("goal", { team: `${n}` });
  expect(await first).toEqual(["0", "1"]);
  expect(await run(4)).toEqual(["2", "3", "4", "5"]);
  rmSync(folder, { recursive: true });
});

it("ids of your own are handed back as they were", async () => {
  lines.push("a", "b", "c");
  await using server = await serve(toNodeListener(respond));
  const read: string[] = [];
  for await (const { data } of connect(log, server.url, { lastEventId: "1" })) read.push(data);
  expect(read).toEqual(["b", "c"]);
});
