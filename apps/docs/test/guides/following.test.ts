import { connect } from "@sse/client";
import { defineEvents, json } from "@sse/protocol";
import { createHub } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { expect, it } from "vitest";
import { follow } from "../../pages/guides/following/listeners.ts";
import { priceOf } from "../../pages/guides/following/loop.ts";
import { market } from "../../pages/guides/following/market.ts";
import { serve } from "../support/serve.ts";

it("listeners show what comes, and the state, until it is ended", async () => {
  await using hub = createHub(market);
  await using server = await serve(toNodeListener(hub.respond));
  const shown: string[] = [];
  const end = follow(server.url, (line) => shown.push(line));
  await expect.poll(() => hub.stats().connections).toBe(1);
  await hub.publish("tick", { symbol: "ACME", price: 40 });
  await hub.publish("news", "rain");
  await expect.poll(() => shown).toEqual(["(open)", "ACME 40.00", "rain"]);
  end();
  expect(shown.at(-1)).toBe("(closed)");
  await expect.poll(() => hub.stats().connections).toBe(0);
});

it("leaving the loop closes the stream, and an aborted signal is thrown", async () => {
  await using hub = createHub(market);
  await using server = await serve(toNodeListener(hub.respond));
  const price = priceOf("ACME", server.url);
  await expect.poll(() => hub.stats().connections).toBe(1);
  await hub.publish("tick", { symbol: "ZYX", price: 1 });
  await hub.publish("tick", { symbol: "ACME", price: 40 });
  expect(await price).toBe(40);
  await expect.poll(() => hub.stats().connections).toBe(0);
  await expect(priceOf("ACME", server.url, AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
});

it("a page with yesterday's contract leaves out what it does not know, and onIssue hears of it", async () => {
  const today = defineEvents({
    tick: json<{ symbol: string; price: number; at: number }>(),
    bell: json<1>(),
  });
  await using hub = createHub(today);
  await using server = await serve(toNodeListener(hub.respond));
  const heard: unknown[] = [];
  const stream = connect(market, server.url, { onIssue: ({ kind, type }) => heard.push([kind, type]) });
  stream.on("*", ({ data }) => heard.push(data));
  await expect.poll(() => hub.stats().connections).toBe(1);
  await hub.publish("bell", 1);
  await hub.publish("tick", { symbol: "ACME", price: 40, at: 12 });
  await expect.poll(() => heard).toEqual([["unknown", "bell"], { symbol: "ACME", price: 40, at: 12 }]);
  stream.close();
});
