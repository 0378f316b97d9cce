import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import { defineEvents, text } from "@sse/protocol";
import { afterEach, expect, test } from "vitest";
import { BodyReader } from "../test/support/body.ts";
import { eventually } from "../test/support/serve.ts";
import { diagnosticsHooks } from "./diagnostics.ts";
import { createChannelHub } from "./hub.ts";

const NAMES = ["opened", "closed", "gap", "dropped", "stalled"].map((name) => `sse:hub:${name}`);
const told: [name: string, message: unknown][] = [];
const listener = (message: unknown, name: string | symbol) => void told.push([String(name), message]);

afterEach(() => {
  for (const name of NAMES) unsubscribe(name, listener);
  told.length = 0;
});

test("what a hub tells of its connections is published on diagnostics channels, under the hub's name", async () => {
  for (const name of NAMES) subscribe(name, listener);
  await using hub = createChannelHub(defineEvents({ log: text() }), { hooks: diagnosticsHooks("logs") });
  const headers = { "last-event-id": "unknown.7" };
  const request = new Request("http://localhost/", { headers });
  const reader = new BodyReader(await hub.respond(request, { channels: ["a"], principal: "ann" }));
  await reader.cancel();
  await eventually(() => told.some(([name]) => name === "sse:hub:closed"));
  const connection = { principal: "ann", channels: ["a"] };
  expect(told).toEqual([
    ["sse:hub:opened", { hub: "logs", connection }],
    ["sse:hub:gap", { hub: "logs", connection, reason: expect.any(String) }],
    ["sse:hub:closed", { hub: "logs", connection, reason: "client" }],
  ]);
});

test("a channel without subscribers gets no message made for it", () => {
  const hooks = diagnosticsHooks();
  const untouchable = new Proxy(
    { principal: undefined, channels: [] },
    {
      get: () => {
        throw new Error("read");
      },
    },
  );
  hooks.opened?.(untouchable);
  hooks.dropped?.(untouchable, 3);
  subscribe("sse:hub:dropped", listener);
  hooks.dropped?.({ principal: undefined, channels: [] }, 3);
  expect(told).toEqual([
    ["sse:hub:dropped", { hub: "", connection: { principal: undefined, channels: [] }, events: 3 }],
  ]);
  expect(channel("sse:hub:opened").hasSubscribers).toBe(false);
});
