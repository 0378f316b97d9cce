import { defineEvents, InvalidOptionError, text } from "@sse/protocol";
import { afterEach, describe, expect, test, vi } from "vitest";
import { BodyReader } from "../test/support/body.ts";
import { eventually } from "../test/support/serve.ts";
import type { BackplaneListener } from "./backplane/backplane.ts";
import { memoryBackplane } from "./backplane/memory.ts";
import { corsHeaders, corsPreflight } from "./cors.ts";
import type { Grant } from "./grants.ts";
import { createChannelHub, createHub } from "./hub.ts";
import type { HubOptions } from "./hub-options.ts";

const notes = defineEvents({ note: text() });
const request = (headers: Record<string, string> = {}, init: RequestInit & { url?: string } = {}): Request =>
  new Request(init.url ?? "http://localhost/", { headers, ...init });

const hubs: AsyncDisposable[] = [];
function hub(options: HubOptions = {}) {
  const made = createHub(notes, options);
  hubs.push(made);
  return made;
}
function rooms(options: HubOptions = {}) {
  const made = createChannelHub(notes, options);
  hubs.push(made);
  return made;
}
afterEach(async () => {
  vi.useRealTimers();
  for (const one of hubs.splice(0)) await one[Symbol.asyncDispose]();
});

describe("limits", () => {
  test("maxConnections is exact, answered with 503 and a Retry-After that differs, and freed at the close", async () => {
    const feed = hub({ limits: { maxConnections: 2 } });
    const bodies = [await feed.respond(request()), await feed.respond(request())];
    const waits = new Set<string | null>();
    for (let n = 0; n < 60; n++) {
      const refused = await feed.respond(request());
      expect(refused.status).toBe(503);
      waits.add(refused.headers.get("retry-after"));
    }
    expect(waits.size).toBeGreaterThan(3);
    for (const wait of waits) expect(wait).toMatch(/^([1-9]|10)$/);
    await bodies[0]?.body?.cancel();
    expect((await feed.respond(request())).status).toBe(200);
  });

  test("maxPerPrincipal counts each principal by itself, and is off without one", async () => {
    const feed = hub({ limits: { maxPerPrincipal: 1 } });
    const status = async (principal?: string): Promise<number> =>
      (await feed.respond(request(), { principal })).status;
    expect([await status("a"), await status("a"), await status("b")]).toEqual([200, 429, 200]);
    expect([await status(), await status(), await status()]).toEqual([200, 200, 200]);
    expect(feed.stats().connections).toBe(5);
  });

  test("maxPerIp is off unless the caller names the address", async () => {
    const feed = hub({ limits: { maxPerIp: 1 } });
    const status = async (ip?: string): Promise<number> => (await feed.respond(request(), { ip })).status;
    expect([await status("::1"), await status("::1"), await status(), await status()]).toEqual([
      200, 429, 200, 200,
    ]);
  });

  test("the defaults are 16 a principal and 64 an address", async () => {
    const feed = hub();
    const count = async (options: object, times: number): Promise<number> => {
      let taken = 0;
      for (let n = 0; n < times; n++) if ((await feed.respond(request(), options)).status === 200) taken++;
      return taken;
    };
    expect(await count({ principal: "p" }, 20)).toBe(16);
    expect(await count({ ip: "1.2.3.4" }, 70)).toBe(64);
  });

  test("hold while authorize is being asked, and come before it", async () => {
    const authorize = vi.fn(async (): Promise<Grant> => ({ principal: "p" }));
    const feed = hub({ limits: { maxConnections: 3 }, authorize });
    const answers = await Promise.all(Array.from({ length: 10 }, () => feed.respond(request())));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(authorize).toHaveBeenCalledTimes(3);
  });

  test("a client that leaves while authorize is being asked gives its place back at once", async () => {
    const answers: ((grant: Grant) => void)[] = [];
    const authorize = vi.fn(() => new Promise<Grant>((resolve) => answers.push(resolve)));
    const feed = hub({ limits: { maxConnections: 1, maxPerPrincipal: 1 }, authorize });
    const left = new AbortController();
    const gone = feed.respond(request({}, { signal: left.signal }));
    expect((await feed.respond(request())).status).toBe(503);
    left.abort();
    const goneBefore = feed.respond(request({}, { signal: left.signal }));
    const stays = feed.respond(request());
    await eventually(() => answers.length === 3);
    for (const answer of answers) answer({ principal: "p" });
    for (const answer of await Promise.all([gone, goneBefore])) await answer.body?.cancel();
    const { status, body } = await stays;
    expect([status, feed.stats().connections]).toEqual([200, 1]);
    await body?.cancel();
    authorize.mockResolvedValue({ principal: "p" });
    expect((await feed.respond(request())).status).toBe(200); // nothing is counted twice, or for ever
    expect((await feed.respond(request())).status).toBe(503);
  });

  test("a refused or failed authorize gives its place back", async () => {
    let answer: () => Grant | Response = () => new Response("no", { status: 401 });
    const feed = hub({ limits: { maxConnections: 1 }, authorize: () => answer(), onError: () => {} });
    for (let n = 0; n < 3; n++) expect((await feed.respond(request())).status).toBe(401);
    answer = () => {
      throw new Error("the directory is down");
    };
    expect((await feed.respond(request())).status).toBe(500);
    answer = () => ({ principal: "p" });
    expect((await feed.respond(request())).status).toBe(200);
  });
});

describe("authorize", () => {
  test("refuses with its own response, headers of ours beside its own", async () => {
    const feed = hub({
      authorize: () => new Response("who?", { status: 401, headers: { "www-authenticate": "Bearer" } }),
      cors: { origins: ["https://app.example"] },
    });
    const refused = await feed.respond(request({ origin: "https://app.example" }));
    expect([refused.status, refused.headers.get("www-authenticate"), await refused.text()]).toEqual([
      401,
      "Bearer",
      "who?",
    ]);
    expect(refused.headers.get("access-control-allow-origin")).toBe("https://app.example");
  });

  test("replay and live events are filtered by the grant of today", async () => {
    const feed = rooms({ authorize: () => ({ principal: "p", channels: ["open"] }) });
    const start = await feed.publish("note", "start", { channel: "open" });
    await feed.publish("note", "secret", { channel: "closed" });
    await feed.publish("note", "public", { channel: "open" });
    const answer = await feed.respond(request({ "last-event-id": start }), { channels: ["open", "closed"] });
    const body = new BodyReader(answer);
    await feed.publish("note", "secret", { channel: "closed" });
    await feed.publish("note", "live", { channel: "open" });
    await body.until("live");
    expect(body.text).toContain("public");
    expect(body.text).not.toContain("secret");
  });

  test("without any of the channels is 403, expired is 401, before anything is sent", async () => {
    const status = async (grant: Grant): Promise<number> => {
      const feed = rooms({ authorize: () => grant });
      return (await feed.respond(request(), { channels: ["a"] })).status;
    };
    expect(await status({ principal: "p", channels: [] })).toBe(403);
    expect(await status({ principal: "p", channels: ["A", "a ", "b"] })).toBe(403);
    expect(await status({ principal: "p", expiresAt: new Date() })).toBe(401);
    expect(await status({ principal: "p", channels: ["a"], expiresAt: new Date(Date.now() + 60_000) })).toBe(
      200,
    );
  });

  test("that throws is a 500 which a page can read and which says nothing; onError hears why", async () => {
    const onError = vi.fn();
    const failure = new Error("secret-token at db.internal");
    const authorize = (): never => {
      throw failure;
    };
    const feed = hub({ authorize, onError, cors: { origins: ["https://app.example"] } });
    const answer = await feed.respond(request({ origin: "https://app.example" }));
    expect(answer.status).toBe(500);
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(await answer.text()).not.toMatch(/secret|internal/);
    expect(onError).toHaveBeenCalledExactlyOnceWith(failure);
    expect(feed.stats()).toMatchObject({ connections: 0, refused: 1 });
  });

  test.each([
    undefined,
    null,
    true,
    {},
    { principal: 1 },
    { principal: "p", channels: "open" },
    { principal: "p", expiresAt: 1 },
  ])("that answers %o lets nobody in", async (answer) => {
    const onError = vi.fn();
    const feed = hub({ authorize: (() => answer) as never, onError }); // as plain JavaScript may
    expect((await feed.respond(request())).status).toBe(500);
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(InvalidOptionError));
  });

  test("refuses with a response of any class that has a response's members", async () => {
    const { Response: Other } = { Response: class extends Object {} };
    const foreign = Object.assign(new Other(), {
      status: 418,
      statusText: "",
      headers: new Headers(),
      body: null,
    });
    const feed = hub({ authorize: () => foreign as never });
    expect((await feed.respond(request())).status).toBe(418);
  });

  test("answers HEAD as GET where the log cannot be read", async () => {
    const onError = vi.fn();
    const backplane = Object.assign(memoryBackplane(), {
      subscribe: () => Promise.reject(new Error("away")),
    });
    const feed = hub({ backplane, onError });
    for (const method of ["GET", "HEAD"]) {
      expect((await feed.respond(request({}, { method }))).status).toBe(503);
    }
    expect(feed.stats().connections).toBe(0);
  });

  test("answers HEAD as it would answer GET, without taking a place", async () => {
    let answer: Grant | Response = new Response("no", { status: 401 });
    const feed = hub({ authorize: () => answer, limits: { maxConnections: 1 } });
    const head = () => feed.respond(request({}, { method: "HEAD" }));
    expect((await head()).status).toBe(401);
    answer = { principal: "p", expiresAt: new Date(0) };
    expect((await head()).status).toBe(401);
    answer = { principal: "p" };
    for (let n = 0; n < 3; n++) {
      const allowed = await head();
      expect([allowed.status, allowed.headers.get("content-type"), allowed.body]).toEqual([
        200,
        "text/event-stream; charset=utf-8",
        null,
      ]);
    }
    expect((await feed.respond(request())).status).toBe(200);
    expect((await head()).status).toBe(503);
  });

  test("a hub without channels asks without channels, and ignores those of the grant", async () => {
    const authorize = vi.fn(() => ({ principal: "p", channels: [] }));
    expect((await hub({ authorize }).respond(request())).status).toBe(200);
    expect(authorize).toHaveBeenCalledWith(expect.any(Request), []);
  });
});

describe("while a connection lives", () => {
  const REAUTH = "event: sse.reauth\ndata: \n\n";

  test("that runs out while the log is first asked for ends the connection, and gives back its place", async () => {
    const backplane = memoryBackplane();
    const subscribe = backplane.subscribe.bind(backplane);
    const told: string[] = [];
    const feed = hub({
      backplane: Object.assign(backplane, {
        async subscribe(listener: BackplaneListener) {
          await new Promise((resolve) => setTimeout(resolve, 300));
          return subscribe(listener);
        },
      }),
      presence: true,
      authorize: () => ({ principal: "p", expiresAt: new Date(Date.now() + 150) }),
      hooks: { opened: () => told.push("opened"), closed: (_facts, reason) => told.push(reason) },
    });
    expect(await new BodyReader(await feed.respond(request())).all()).toMatch(
      /event: sse.reauth\ndata: \n\n$/,
    );
    expect(told).toEqual(["opened", "expired"]);
    expect(feed.stats().connections).toBe(0);
    expect(feed.presence().connections).toBe(0);
  });

  test("the expiry of its grant ends it with sse.reauth", async () => {
    const closed = vi.fn();
    const expiresAt = new Date(Date.now() + 30);
    const feed = hub({ authorize: () => ({ principal: "p", expiresAt }), hooks: { closed } });
    const body = new BodyReader(await feed.respond(request()));
    expect((await body.all()).endsWith(REAUTH)).toBe(true);
    expect(closed).toHaveBeenCalledExactlyOnceWith({ principal: "p", channels: [] }, "expired");
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime());
  });

  test("a grant that shrank, or a refusal, ends it when it is asked again", async () => {
    for (const later of [{ principal: "p", channels: ["a"] }, new Response(null, { status: 403 })]) {
      let answer: Grant | Response = { principal: "p", channels: ["a", "b"] };
      const closed = vi.fn();
      const feed = rooms({ authorize: () => answer, reauthorizeMs: 10, hooks: { closed } });
      const body = new BodyReader(await feed.respond(request(), { channels: ["a", "b"] }));
      await body.next();
      answer = later;
      expect((await body.all()).endsWith(REAUTH)).toBe(true);
      expect(closed).toHaveBeenCalledWith(expect.anything(), "revoked");
    }
  });

  test("a grant of very many channels is compared in linear time", async () => {
    const channels = Array.from({ length: 200_000 }, (_, n) => `channel-${n}`);
    const feed = rooms({ authorize: () => ({ principal: "p", channels }) });
    const asked = [...channels.map((channel) => `${channel}`).reverse(), "another"];
    const began = performance.now();
    const { body } = await feed.respond(request(), { channels: asked as [string, ...string[]] });
    expect(performance.now() - began).toBeLessThan(20_000); // every one beside every other takes minutes
    await body?.cancel();
  });

  test("an authorize that fails when asked again ends nothing, and is reported", async () => {
    const onError = vi.fn();
    let calls = 0;
    const authorize = (): Grant => {
      if (++calls > 1) throw new Error("the directory is down");
      return { principal: "p" };
    };
    const feed = hub({ authorize, reauthorizeMs: 10, onError });
    const body = new BodyReader(await feed.respond(request()));
    await eventually(() => onError.mock.calls.length >= 2);
    await feed.publish("note", "still here");
    await body.until("still here");
  });

  test("an authorize that does not answer is asked again once in a while, not at every recheck", async () => {
    vi.useFakeTimers();
    const answers: ((grant: Grant) => void)[] = [];
    const authorize = vi.fn((): Grant | Promise<Grant> => ({ principal: "p" }));
    const feed = hub({ authorize, reauthorizeMs: 1_000, heartbeatMs: false });
    const { body } = await feed.respond(request());
    authorize.mockImplementation(() => new Promise((resolve) => answers.push(resolve)));
    await vi.advanceTimersByTimeAsync(7_500);
    expect(answers).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2_500); // the question may be lost
    expect(answers).toHaveLength(2);
    answers[1]?.({ principal: "p" });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(answers).toHaveLength(3);
    await body?.cancel();
  });

  test("revoke ends the connections of the principal at once, and what waited for them is not sent", async () => {
    const feed = hub({ heartbeatMs: false });
    const [mine, other] = [
      new BodyReader(await feed.respond(request(), { principal: "me" })),
      new BodyReader(await feed.respond(request(), { principal: "you" })),
    ];
    await mine.next();
    const large = "x".repeat(50_000);
    for (let n = 0; n < 4; n++) {
      await feed.publish("note", `${n} ${large}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    feed.revoke("me");
    expect(feed.stats().connections).toBe(1);
    await mine.all();
    expect(mine.text).not.toContain("data: 3 ");
    expect(mine.text.endsWith(REAUTH)).toBe(true);
    await other.until("data: 3 ");
  });
});

describe("origins and hosts", () => {
  const cors = { origins: ["https://app.example"], credentials: true, headers: ["authorization"] };

  test("a preflight is answered with Last-Event-ID among the headers", async () => {
    const answer = await hub({ cors }).respond(
      request({ origin: "https://app.example" }, { method: "OPTIONS" }),
    );
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "access-control-allow-origin": "https://app.example",
      "access-control-allow-credentials": "true",
      "access-control-allow-headers": "last-event-id, authorization",
      "access-control-allow-methods": "GET, HEAD, POST",
      vary: "origin",
    });
  });

  test.each([
    ["https://app.example", 200],
    ["https://evil.example", 403],
    ["https://app.example.evil.example", 403],
    ["http://app.example", 403],
    ["null", 403],
    ["http://localhost", 200],
  ])("origin %s is answered with %i", async (origin, status) => {
    const answer = await hub({ cors }).respond(request({ origin }));
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("without cors nothing of it is sent", async () => {
    const answer = await hub().respond(request({ origin: "https://evil.example" }));
    expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  test("what the answer varies with adds up: ours and the route's", async () => {
    const vary = async (own: string): Promise<string | null> => {
      const answer = await hub({ cors }).respond(request(), { headers: { vary: own } });
      return answer.headers.get("vary");
    };
    expect(await vary("Accept-Language, ORIGIN")).toBe("origin, accept-language");
    expect(await vary("*")).toBe("*");
    const plain = await hub().respond(request(), { headers: { vary: "Accept-Language" } });
    expect(plain.headers.get("vary")).toBe("Accept-Language");
  });

  test("* never goes with credentials", () => {
    expect(() => hub({ cors: { origins: "*", credentials: true } })).toThrow(InvalidOptionError);
    expect(() => corsHeaders(request(), { origins: "*", credentials: true })).toThrow(InvalidOptionError);
    const headers = corsHeaders(request({ origin: "https://a.example" }), { origins: "*" });
    expect(Object.fromEntries(headers)).toEqual({
      "access-control-allow-origin": "*",
      "access-control-expose-headers": "retry-after",
    });
  });

  test.each([
    ["with a path", ["https://app.example/"], "'https://app.example', not as 'https://app.example/'"],
    ["in upper case", ["https://APP.example"], "'https://app.example'"],
    ["with the port that goes without saying", ["https://app.example:443"], "'https://app.example'"],
    ["without a scheme", ["app.example"], "'https://app.example', not as 'app.example'"],
    ["of a port alone", ["localhost:3000"], "'https://app.example', not as 'localhost:3000'"],
    ["that is a pattern", ["https://*.app example"], "'https://app.example'"],
    ["that is all of them, in a list", ["*"], "origins: '*'"],
    ["that is no text", [/app/], "not as '/app/'"],
    ["beside no list", "https://app.example", "a list of origins"],
  ])("an origin %s is an error, since no browser would be let in", (_, origins, message) => {
    const never = { origins: origins as never };
    expect(() => hub({ cors: never })).toThrow(InvalidOptionError);
    expect(() => corsHeaders(request(), never)).toThrow(message);
  });

  test("an origin may be that of an app, or of none", async () => {
    const feed = hub({ cors: { origins: ["capacitor://localhost", "null"] } });
    for (const origin of ["capacitor://localhost", "null"]) {
      expect((await feed.respond(request({ origin }))).status).toBe(200);
    }
  });

  test("hosts that are no list are an error", () => {
    expect(() => hub({ hosts: "app.example" as never })).toThrow(
      "hosts is a list of hosts, not 'app.example'.",
    );
  });

  test.each([["https://app.example"], ["app.example/"], ["a b"], [""]])(
    "a host '%s' is an error, since nobody would be answered",
    (host) => {
      expect(() => hub({ hosts: [host] })).toThrow(InvalidOptionError);
    },
  );

  test.each([
    ["http://app.example/", "app.example:80", 200],
    ["https://app.example/", "app.example:443", 200],
    ["https://app.example/", "app.example:80", 421],
    ["http://app.example:8080/", "app.example", 421],
  ])("%s is answered with hosts of '%s' by %i", async (url, host, status) => {
    expect((await hub({ hosts: [host] }).respond(request({}, { url }))).status).toBe(status);
  });

  test.each(["OPTIONS", "PUT", "DELETE", "PATCH", "GE"])(
    "%s opens no stream, and is told what does",
    async (method) => {
      const feed = hub();
      const answer = await feed.respond(request({ origin: "https://a.example" }, { method }));
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"]);
      expect(feed.stats().connections).toBe(0);
    },
  );

  test("the helpers say nothing to a foreign origin", () => {
    const foreign = request({ origin: "https://evil.example" }, { method: "OPTIONS" });
    expect(Object.fromEntries(corsPreflight(foreign, cors).headers)).toEqual({ vary: "origin" });
  });

  test("refusals can be read by the page, too", async () => {
    const feed = hub({ cors, limits: { maxConnections: 1 } });
    await feed.respond(request());
    const refused = await feed.respond(request({ origin: "https://app.example" }));
    expect(refused.status).toBe(503);
    expect(refused.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(refused.headers.get("retry-after")).not.toBeNull();
    expect(refused.headers.get("access-control-expose-headers")).toBe("retry-after");
  });

  test.each([
    ["http://localhost:3000/", 200],
    ["http://LOCALHOST:3000/", 200],
    ["http://localhost/", 421],
    ["http://evil.example:3000/", 421],
  ])("of the hosts only localhost:3000: %s is answered with %i", async (url, status) => {
    expect((await hub({ hosts: ["Localhost:3000"] }).respond(request({}, { url }))).status).toBe(status);
  });
});
