import { connect } from "@sse/client";
import { createHub } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { expect, it } from "vitest";
import { chat, market, notices } from "../../pages/guides/hubs/events.ts";
import { hub, quote } from "../../pages/guides/hubs/feed.ts";
import { hub as inbox, notify, users } from "../../pages/guides/hubs/inbox.ts";
import { publishOnce } from "../../pages/guides/hubs/once.ts";
import { announce, rooms as lobby, whisper } from "../../pages/guides/hubs/presence.ts";
import { respond, rooms, say } from "../../pages/guides/hubs/rooms.ts";
import { serve } from "../support/serve.ts";

it("a feed goes to everybody; resolving says that the log has it, with the id that clients see", async () => {
  await using server = await serve(toNodeListener(hub.respond));
  const stream = connect(market, server.url);
  const read: unknown[] = [];
  stream.on("*", ({ data, lastEventId }) => read.push([data, lastEventId]));
  await expect.poll(() => hub.stats().connections).toBe(1);
  await quote("ACME", 40);
  const id = await hub.publish("news", "rain");
  await expect
    .poll(() => read)
    .toEqual([
      [{ symbol: "ACME", price: 40 }, expect.any(String)],
      ["rain", id],
    ]);
  stream.close();
  await hub.close();
});

it("several rooms are one stream in one order, resumed by one position", async () => {
  await using server = await serve(toNodeListener(respond));
  expect((await fetch(server.url)).status).toBe(400);
  const read = (url: string, lastEventId?: string) => {
    const texts: string[] = [];
    const stream = connect(chat, url, { lastEventId });
    stream.on("said", ({ data }) => texts.push(data.text));
    return { texts, stream };
  };
  const both = read(`${server.url}?room=a&room=b`);
  const one = read(`${server.url}?room=b`);
  await expect.poll(() => rooms.stats().connections).toBe(2);
  const first = await say("a", "ann", "1");
  await say("b", "bob", "2");
  await say("c", "cleo", "3");
  await say("a", "ann", "4");
  await expect.poll(() => [both.texts, one.texts]).toEqual([["1", "2", "4"], ["2"]]);
  const again = read(`${server.url}?room=b&room=c&room=a`, first);
  await expect.poll(() => again.texts).toEqual(["2", "3", "4"]);
  for (const { stream } of [both, one, again]) stream.close();
  await rooms.close();
});

it("an idempotency key makes publishing again the same event", async () => {
  await using small = createHub(market);
  const ids = [await publishOnce(small, "rain", "r1"), await publishOnce(small, "rain", "r1")];
  expect(ids[0]).toBe(ids[1]);
  expect(await publishOnce(small, "rain", "r2")).not.toBe(ids[0]);
});

it("a notice goes to all connections of its user, also after a cut, and to nobody else", async () => {
  await using server = await serve(toNodeListener(inbox.respond));
  for (const [session, user] of Object.entries({ s1: "ann", s2: "ann", s3: "bob" })) users.set(session, user);
  expect((await fetch(server.url)).status).toBe(401);
  const open = (session: string) => {
    const titles: string[] = [];
    const headers = { cookie: `theme=dark; session=${session}` };
    const stream = connect(notices, server.url, { headers, reconnect: { minDelayMs: 1 } });
    stream.on("notice", ({ data }) => titles.push(data.title));
    return { titles, stream };
  };
  const [page, phone, other] = [open("s1"), open("s2"), open("s3")];
  const placed = () => [page, phone, other].every(({ stream }) => stream.lastEventId !== "");
  await expect.poll(placed).toBe(true); // before its first position a client has missed nothing
  await notify("ann", "one");
  server.cut();
  await notify("ann", "two");
  await notify("bob", "for bob");
  await expect
    .poll(() => [page.titles, phone.titles])
    .toEqual([
      ["one", "two"],
      ["one", "two"],
    ]);
  await expect.poll(() => other.titles).toEqual(["for bob"]);
  for (const { stream } of [page, phone, other]) stream.close();
  await inbox.close();
});

it("who is there is known, and one of them can be spoken to alone", async () => {
  const stop = announce();
  await using server = await serve(
    toNodeListener((request) => lobby.respond(request, { channels: ["lobby"] })),
  );
  const enter = (user: string) => {
    const heard: string[] = [];
    const stream = connect(chat, server.url, { headers: { "x-user": user } });
    stream.on("said", ({ data }) => heard.push(`${data.who} ${data.text}`));
    return { heard, stream };
  };
  const [ann, bob] = [enter("ann"), enter("bob")];
  const { presence } = lobby;
  await expect.poll(() => presence("lobby").principals).toEqual(["ann", "bob"]);
  await whisper("bob", "ann", "psst");
  await expect.poll(() => bob.heard).toContain("ann psst");
  // Who comes and goes within a second was never there.
  await expect.poll(() => ann.heard).toContain("bob comes in");
  bob.stream.close();
  await expect.poll(() => ann.heard).toContain("bob leaves");
  expect(ann.heard).not.toContain("ann psst");
  expect(presence("lobby").principals).toEqual(["ann"]);
  ann.stream.close();
  stop();
  await lobby.close();
});
