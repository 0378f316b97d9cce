import { once } from "node:events";
import { Agent, get as ask, type IncomingMessage } from "node:http";
import { defineEvents, text } from "@sse/protocol";
import { describe, expect, test, vi } from "vitest";
import type { Grant } from "../src/grants.ts";
import { createChannelHub, createHub } from "../src/hub.ts";
import type { HubOptions } from "../src/hub-options.ts";
import { type Asked, closedInTest, RawReader, serveInTest } from "./http.ts";
import { eventually } from "./support/serve.ts";

const events = defineEvents({ log: text() });
const finite = defineEvents({ log: text(), done: text() }, { end: ["done"] });
const LARGE = "x".repeat(65_536);

/** The channels are those of the query parameter `of`; who asks is in the header `x-user`, and its IP in `x-ip`. */
async function channelsOf(options: HubOptions = {}) {
  const hub = closedInTest(createChannelHub(events, { heartbeatMs: false, ...options }));
  const { port } = await serveInTest((request) => {
    const [first = "", ...others] = new URL(request.url).searchParams.getAll("of");
    const principal = request.headers.get("x-user") ?? undefined;
    const ip = request.headers.get("x-ip") ?? undefined;
    return hub.respond(request, { channels: [first, ...others], principal, ip });
  });
  return {
    hub,
    get: (of: string, asked: Asked = {}) => new RawReader(port, { path: `/?of=${of}`, ...asked }),
  };
}

function userOf(request: Request): string {
  return request.headers.get("x-user") ?? "nobody";
}

async function toOpen(reader: RawReader): Promise<RawReader> {
  await eventually(() => reader.events.length > 0);
  expect(reader.status).toBe(200);
  return reader;
}

async function toHaveStatus(reader: RawReader, status: number): Promise<RawReader> {
  await eventually(() => reader.status !== 0);
  expect(reader.status).toBe(status);
  return reader;
}

async function toComplete(reader: RawReader): Promise<RawReader> {
  await eventually(() => reader.isComplete);
  return reader;
}

describe("authorize", () => {
  test("is asked with the request and its channels, and lets through those that it grants", async () => {
    const authorize = vi.fn((request: Request) => ({ principal: userOf(request), channels: ["a", "c"] }));
    const opened = vi.fn();
    const { hub, get } = await channelsOf({ authorize, hooks: { opened } });
    const reader = await toOpen(get("b&of=a", { headers: { "x-user": "ann" } }));
    for (const channel of ["b", "c", "a"]) await hub.publish("log", `to ${channel}`, { channel });
    await eventually(() => reader.text.includes("to a"));
    expect(reader.seen).toEqual(["sse.mark ", "log to a"]);
    expect(authorize).toHaveBeenCalledExactlyOnceWith(expect.any(Request), ["a", "b"]);
    expect(opened).toHaveBeenCalledWith({ principal: "ann", channels: ["a"] });
  });

  test("replays nothing of a channel that it does not grant", async () => {
    const authorize = () => ({ principal: "ann", channels: ["a"] });
    const { hub, get } = await channelsOf({ authorize });
    const id = await hub.publish("log", "start", { channel: "a" });
    await hub.publish("log", "secret", { channel: "b" });
    await hub.publish("log", "a", { channel: "a" });
    const reader = get("a&of=b", { headers: { "last-event-id": id } });
    await eventually(() => reader.text.includes("data: a\n"));
    expect(reader.seen).toEqual(["sse.mark ", "log a"]);
  });

  test("that grants none of the channels is a 403, and one whose grant is over a 401", async () => {
    const { hub, get } = await channelsOf({
      authorize: (request) => ({
        principal: "ann",
        channels: ["a"],
        expiresAt: userOf(request) === "late" ? new Date(Date.now() - 1) : undefined,
      }),
    });
    await toHaveStatus(get("b"), 403);
    await toHaveStatus(get("a", { headers: { "x-user": "late" } }), 401);
    expect(hub.stats().connections).toBe(0);
  });

  test("refuses with a response of its own, which a page of another origin can read", async () => {
    const origin = "https://app.example";
    const { hub, get } = await channelsOf({
      cors: { origins: [origin], credentials: true },
      authorize: () => new Response("who?", { status: 401, headers: { "www-authenticate": "Bearer" } }),
    });
    const reader = await toComplete(await toHaveStatus(get("a", { headers: { origin } }), 401));
    expect(reader.text).toBe("who?");
    expect(reader.headers.get("www-authenticate")).toBe("Bearer");
    expect(reader.headers.get("access-control-allow-origin")).toBe(origin);
    expect(reader.headers.get("access-control-allow-credentials")).toBe("true");
    expect(hub.stats().connections).toBe(0);
  });

  test("is not asked by a preflight, which carries no credentials", async () => {
    const authorize = vi.fn(() => new Response(null, { status: 401 }));
    const { get } = await channelsOf({ cors: { origins: ["https://app.example"] }, authorize });
    await toHaveStatus(get("a", { method: "OPTIONS", headers: { origin: "https://app.example" } }), 204);
    expect(authorize).not.toHaveBeenCalled();
  });
});

describe("limits", () => {
  test.each<[string, HubOptions["limits"], number, Asked]>([
    ["of the server are a 503", { maxConnections: 2 }, 503, {}],
    ["of a principal are a 429", { maxPerPrincipal: 2 }, 429, { headers: { "x-user": "ann" } }],
    ["of an address are a 429", { maxPerIp: 2 }, 429, { headers: { "x-ip": "192.0.2.1" } }],
  ])("%s with Retry-After, and free again when somebody leaves", async (_name, limits, status, asked) => {
    const { hub, get } = await channelsOf({ limits });
    const [first] = await Promise.all([toOpen(get("a", asked)), toOpen(get("a", asked))]);
    for (let n = 0; n < 5; n++) {
      const refused = await toHaveStatus(get("a", asked), status);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
      expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(10);
    }
    expect(hub.stats().connections).toBe(2);
    first.leave();
    await eventually(() => hub.stats().connections === 1);
    await toOpen(get("a", asked));
    await toHaveStatus(get("a", asked), status);
  });

  test("of one principal or address take nothing from the others", async () => {
    const { get } = await channelsOf({ limits: { maxPerPrincipal: 1, maxPerIp: 2 } });
    const from = (user: string, ip: string): Asked => ({ headers: { "x-user": user, "x-ip": ip } });
    await toOpen(get("a", from("ann", "192.0.2.1")));
    await toHaveStatus(get("a", from("ann", "192.0.2.2")), 429);
    await toOpen(get("a", from("bob", "192.0.2.1")));
    await toHaveStatus(get("a", from("eve", "192.0.2.1")), 429);
    await toOpen(get("a", from("eve", "192.0.2.2")));
  });

  test("count no request that was refused or that failed", async () => {
    const authorize = vi.fn((request: Request): Grant | Response => {
      if (userOf(request) === "eve") return new Response(null, { status: 403 });
      return { principal: "ann", channels: ["a"] };
    });
    const failed = vi.fn();
    const limits = { maxConnections: 1, maxPerPrincipal: 1 };
    const { get } = await channelsOf({ limits, authorize, onError: failed });
    for (let n = 0; n < 3; n++) {
      await toHaveStatus(get("a", { headers: { "x-user": "eve" } }), 403);
      await toHaveStatus(get("b"), 403);
      await toHaveStatus(get("a", { headers: { accept: "text/html" } }), 406);
      await toHaveStatus(get("a", { headers: { "last-event-id": "sse.end" } }), 204);
    }
    authorize.mockImplementationOnce(() => {
      throw new Error("no database");
    });
    await toHaveStatus(get("a"), 500);
    expect(failed).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: "no database" }));
    await toOpen(get("a"));
    await toHaveStatus(get("a"), 503);
  });
});

describe("a grant that ends", () => {
  test("by revoke closes the connections of that principal with sse.reauth, and no others", async () => {
    const closed = vi.fn();
    const authorize = (request: Request) => ({ principal: userOf(request) });
    const { hub, get } = await channelsOf({ authorize, hooks: { closed } });
    const ann = await Promise.all([1, 2].map(() => toOpen(get("a", { headers: { "x-user": "ann" } }))));
    const bob = await toOpen(get("a", { headers: { "x-user": "bob" } }));
    hub.revoke("ann");
    for (const reader of ann) {
      expect((await toComplete(reader)).text).toMatch(/\n\nevent: sse\.reauth\ndata: \n\n$/);
    }
    expect(closed.mock.calls).toEqual([
      [{ principal: "ann", channels: ["a"] }, "revoked"],
      [{ principal: "ann", channels: ["a"] }, "revoked"],
    ]);
    await hub.publish("log", "still there", { channel: "a" });
    await eventually(() => bob.text.includes("still there"));
    expect(hub.stats().connections).toBe(1);
  });

  test("by its time closes with sse.reauth, and not before", async () => {
    const closed = vi.fn();
    let expiresAt = new Date(Number.NaN);
    const { hub, get } = await channelsOf({
      authorize() {
        expiresAt = new Date(Date.now() + 200);
        return { principal: "ann", expiresAt };
      },
      hooks: { closed: (_facts, reason) => closed(reason, Date.now()) },
    });
    const reader = await toComplete(await toOpen(get("a")));
    expect(reader.seen).toEqual(["sse.mark ", "sse.reauth "]);
    expect(closed).toHaveBeenCalledExactlyOnceWith("expired", expect.any(Number));
    expect(closed.mock.calls[0]?.[1]).toBeGreaterThanOrEqual(expiresAt.getTime());
    expect(hub.stats().connections).toBe(0);
  });

  test("by what authorize says when it is asked again closes with sse.reauth", async () => {
    let grant: Grant | Response = { principal: "ann", channels: ["a", "b"] };
    const closed = vi.fn();
    const { hub, get } = await channelsOf({ authorize: () => grant, reauthorizeMs: 20, hooks: { closed } });
    const [both, one] = await Promise.all([toOpen(get("a&of=b")), toOpen(get("a"))]);
    grant = { principal: "ann", channels: ["a"] };
    expect((await toComplete(both)).seen).toEqual(["sse.mark ", "sse.reauth "]);
    await hub.publish("log", "still granted", { channel: "a" });
    await eventually(() => one.text.includes("still granted"));
    grant = new Response(null, { status: 403 });
    expect((await toComplete(one)).seen).toEqual(["sse.mark ", "log still granted", "sse.reauth "]);
    expect(closed.mock.calls.map(([, reason]) => reason)).toEqual(["revoked", "revoked"]);
  });

  test("because the request is another principal's by now gives neither the events of the other", async () => {
    let principal = "ann";
    const { hub, get } = await channelsOf({ authorize: () => ({ principal }), reauthorizeMs: 20 });
    const reader = await toOpen(get("a"));
    principal = "bob";
    expect((await toComplete(reader)).seen).toEqual(["sse.mark ", "sse.reauth "]);
    expect(hub.stats().connections).toBe(0);
  });

  test("stays while authorize fails, and each failure is reported", async () => {
    const onError = vi.fn();
    let isDown = false;
    const authorize = (): Grant => {
      if (isDown) throw new Error("no database");
      return { principal: "ann" };
    };
    const { hub, get } = await channelsOf({ authorize, reauthorizeMs: 20, onError });
    await toOpen(get("a"));
    isDown = true;
    await eventually(() => onError.mock.calls.length >= 3);
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ message: "no database" }));
    expect(hub.stats().connections).toBe(1);
  });

  test("takes back what waited for a client that did not read", async () => {
    const limits = { maxQueueBytes: false as const, maxStallMs: false as const };
    const { hub, get } = await channelsOf({ authorize: () => ({ principal: "ann" }), limits });
    const reader = await toOpen(get("a"));
    reader.stop();
    const count = 256; // 16 MiB: more than the buffers of two sockets hold
    for (let n = 1; n <= count; n++) {
      await hub.publish("log", `${n} ${LARGE}`, { channel: "a" });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(hub.stats().delivered).toBeLessThan(count);
    const { delivered } = hub.stats();
    hub.revoke("ann");
    expect(hub.stats().connections).toBe(0);
    reader.goOn();
    await toComplete(reader);
    const got = reader.events.filter(({ type }) => type === "log");
    expect(got).toHaveLength(delivered);
    expect(reader.events.at(-1)?.type).toBe("sse.reauth");
  }, 20_000);

  test("gives its place to the next", async () => {
    const { hub, get } = await channelsOf({
      authorize: () => ({ principal: "ann" }),
      limits: { maxPerPrincipal: 1, maxConnections: 1 },
    });
    await toOpen(get("a"));
    hub.revoke("ann");
    await toOpen(get("a"));
  });
});

describe("drain", () => {
  test("closes all, one after the other over the time, each told when to come back", async () => {
    const times: number[] = [];
    const reasons = new Set<string>();
    const { hub, get } = await channelsOf({
      hooks: {
        closed(_facts, reason) {
          times.push(performance.now());
          reasons.add(reason);
        },
      },
    });
    const readers = await Promise.all(Array.from({ length: 10 }, () => toOpen(get("a"))));
    const start = performance.now();
    await hub.drain({ overMs: 1600, retryMs: 1_000_000 });
    expect(hub.stats().connections).toBe(0);
    expect(times).toHaveLength(10);
    expect(reasons).toEqual(new Set(["drained"]));
    expect(Math.max(...times) - start).toBeGreaterThanOrEqual(1200);
    expect(new Set(times.map((time) => Math.floor((time - start) / 20))).size).toBeGreaterThan(3);
    const retries = new Set<number>();
    for (const reader of readers) {
      const retry = Number(/\n\nretry: (\d+)\n\n$/.exec((await toComplete(reader)).text)?.[1]);
      expect(retry).toBeGreaterThanOrEqual(750_000);
      expect(retry).toBeLessThanOrEqual(1_250_000);
      retries.add(retry);
    }
    expect(retries.size).toBeGreaterThan(1);
  });

  test("answers those who come with 200 and a reconnection time, since a browser gives up at a 503", async () => {
    const { hub, get } = await channelsOf();
    await toOpen(get("a"));
    const drained = hub.drain({ overMs: 300, retryMs: 1000 });
    const late = await toComplete(await toHaveStatus(get("a"), 200));
    expect(late.text).toMatch(/^retry: \d+\n\n$/);
    expect(late.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    await drained;
    expect((await toComplete(await toHaveStatus(get("a"), 200))).text).toMatch(/^retry: \d+\n\n$/);
    expect(hub.stats().connections).toBe(0);
  });

  test("ends the connection of those who come late: on a kept one they would come back to the same server", async () => {
    const hub = closedInTest(createHub(finite, { heartbeatMs: false }));
    const { port } = await serveInTest(hub.respond);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const connectionOf = async (): Promise<unknown> => {
      const [response] = (await once(ask({ port, agent }), "response")) as [IncomingMessage];
      await once(response.resume(), "end");
      return response.headers.connection;
    };
    const open = connectionOf();
    await eventually(() => hub.stats().connections === 1);
    await hub.publish("done", "all");
    expect(await open).toBe("keep-alive");
    await hub.drain({ overMs: 0 });
    expect(await connectionOf()).toBe("close");
    agent.destroy();
  });

  test("goes on sending to those that it has not closed yet", async () => {
    const { hub, get } = await channelsOf();
    const readers = await Promise.all(Array.from({ length: 10 }, () => toOpen(get("a"))));
    const drained = hub.drain({ overMs: 400 });
    await hub.publish("log", "during", { channel: "a" });
    await drained;
    for (const reader of readers) await toComplete(reader);
    const withIt = readers.filter(({ seen }) => seen.at(-1) === "log during");
    expect(withIt.length).toBeGreaterThan(0);
    expect(withIt.length).toBe(hub.stats().delivered);
  });

  test("lets streams of a contract with an end finish, and closes them at once when they have", async () => {
    const hub = closedInTest(createHub(finite, { heartbeatMs: false }));
    const { port } = await serveInTest(hub.respond);
    const reader = await toOpen(new RawReader(port));
    const drained = hub.drain({ overMs: 60_000 });
    await hub.publish("log", "during");
    await hub.publish("done", "all");
    await drained;
    expect((await toComplete(reader)).seen).toEqual(["sse.mark ", "log during", "done all", "sse.end "]);
  });

  test("closes those that have not finished in time", async () => {
    const hub = closedInTest(createHub(finite, { heartbeatMs: false }));
    const { port } = await serveInTest(hub.respond);
    const reader = await toOpen(new RawReader(port));
    await hub.drain({ overMs: 60, retryMs: 1000 });
    expect((await toComplete(reader)).text).toMatch(/\n\nretry: \d+\n\n$/);
    expect(reader.events.at(-1)?.type).toBe("sse.mark");
    expect(hub.stats().connections).toBe(0);
  });
});
