import { text as readText } from "node:stream/consumers";
import { defineEvents, InvalidOptionError, json, text } from "@sse/protocol";
import { describe, expect, test, vi } from "vitest";
import { listen } from "../test/support/serve.ts";
import { memoryBackplane } from "./backplane/memory.ts";
import { eventStream } from "./event-stream.ts";
import { createChannelHub, createHub } from "./hub.ts";
import { toNodeListener } from "./node.ts";
import { relay } from "./relay.ts";

const news = defineEvents({ headline: text(), price: json<number>() });
const get = () => new Request("http://127.0.0.1/");

/** What compiles in JavaScript alone, or behind an `any`. */
// biome-ignore lint/suspicious/noExplicitAny: mistakes have no types
type Mistake = any;

describe("a mistake that no compiler saw is told with what to do about it", () => {
  test.each<[string, Mistake, string]>([
    ["limits that are a number", { limits: 100 }, "limits takes an object of options, not 100."],
    ["a replay that is true", { replay: true }, "replay takes an object of options, not true."],
    ["an authorize that cannot be called", { authorize: "me" }, "authorize is a function, not me."],
    ["a snapshot that cannot be called", { snapshot: {} }, "snapshot is a function, not [object Object]."],
    ["an onError that cannot be called", { onError: 1 }, "onError is a function, not 1."],
    ["options that are none", "fast", "A hub takes an object of options, not fast."],
  ])("%s", (_name, options, message) => {
    expect(() => createHub(news, options)).toThrow(InvalidOptionError);
    expect(() => createChannelHub(news, options)).toThrow(message);
  });

  test.each<[string, Mistake, string]>([
    ["option", { authorise: () => {} }, "A hub has no option authorise; it has name, "],
    ["limit", { limits: { maxConnection: 1 } }, "limits has no option maxConnection; it has maxC"],
    ["bound of the replay", { replay: { maxEvent: 1 } }, "replay has no option maxEvent; it has maxEvents, "],
  ])("an unknown %s is told to onError, and ends nothing", async (_name, options, message) => {
    const onError = vi.fn();
    await createHub(news, { ...options, onError }).close();
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(InvalidOptionError));
    expect(onError.mock.calls[0]?.[0].message).toContain(message);
  });

  test.each<[string, Mistake]>([
    ["options", undefined],
    ["a time", {}],
  ])("draining without %s does not close everything at once", async (_name, options) => {
    await using hub = createHub(news);
    await expect(hub.drain(options)).rejects.toThrow(
      "overMs is an integer from 0 to 2147483647, in milliseconds, not undefined.",
    );
    expect((await hub.respond(get())).headers.get("content-type")).toContain("text/event-stream");
    expect(hub.stats().connections).toBe(1);
  });

  test("a replay beside a backplane is no mistake: who has both may have one of them", async () => {
    const onError = vi.fn();
    await createHub(news, { replay: { maxEvents: 1 }, backplane: memoryBackplane(), onError }).close();
    expect(onError).not.toHaveBeenCalled();
  });

  test("an option that is undefined is one that is not there", async () => {
    const onError = vi.fn();
    const nothing = { authorise: undefined, limits: { maxConnection: undefined }, replay: { x: undefined } };
    const options: Mistake = { ...nothing, onError };
    await createHub(news, options).close();
    expect(onError).not.toHaveBeenCalled();
    expect(() => memoryBackplane({ replay: { maxEvents: 1 } })).not.toThrow();
  });

  test.each<[string, Mistake, string]>([
    ["a misspelled option", { principle: "ann" }, "publish has no option principle; it has key, "],
    ["an option that is none", "red", "publish takes an object of options, not red."],
    [
      "a channel where there are none",
      { channel: "red" },
      "This hub has no channels; createChannelHub makes",
    ],
  ])("publish with %s goes to nobody", async (_name, options, message) => {
    await using hub = createHub(news);
    await expect(hub.publish("headline", "x", options)).rejects.toThrow(message);
    expect(hub.stats().published).toBe(0);
  });

  test("channels of a hub that has none are refused, and what a framework passes along is not", async () => {
    await using hub = createHub(news);
    const respond: Mistake = hub.respond;
    await expect(respond(get(), { channels: ["red"] })).rejects.toThrow(
      "createChannelHub makes one that has.",
    );
    const context = { params: Promise.resolve({}), waitUntil: () => {} };
    expect((await respond(get(), context)).status).toBe(200);
  });

  test("revoking nobody is no success", async () => {
    await using hub = createHub(news);
    const user: Mistake = undefined;
    await expect(hub.revoke(user)).rejects.toThrow(
      "revoke takes a principal, which is a string, not undefined.",
    );
  });

  test.each<[string, Mistake]>([
    ["a text", "hello"],
    ["nothing", undefined],
    ["an event by another name", { event: "headline", data: "x" }],
  ])("a producer that yields %s", async (_name, value) => {
    const onError = vi.fn();
    const response = eventStream(news, get(), () => [value], { onError });
    expect(await response.text()).toContain("event: sse.error");
    expect(onError.mock.calls.map(([error]) => error.message)).toEqual([
      "A producer yields events: yield contract.event(type, data).",
    ]);
  });

  test.each<[string, Mistake]>([
    ["a URL", "http://127.0.0.1/"],
    ["nothing", undefined],
    ["a fetch that nobody awaited", Promise.resolve(new Response())],
  ])("a relay of %s", (_name, upstream) => {
    expect(() => relay(upstream)).toThrow("upstream is a Response: relay(await fetch(url)), not ");
  });

  test("a body that a middleware has read before", async () => {
    const onError = vi.fn();
    const answer = toNodeListener(async (request) => new Response(await request.text()), { onError });
    await using served = await listen(async (req, res) => {
      await readText(req); // as express.json() does
      answer(req, res);
    });
    const response = await fetch(`http://127.0.0.1:${served.port}/`, { method: "POST", body: "x" });
    expect(response.status).toBe(500);
    expect(String(onError.mock.calls[0]?.[0])).toContain("by express.json() or the like: mount this handler");
  });
});
