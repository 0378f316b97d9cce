import { connect, EventSource } from "@sse/client";
import { ConnectionError } from "@sse/protocol";
import { toNodeListener } from "@sse/server/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hub as channelHub, respond as respondChannels } from "../../pages/guides/authentication/channels.ts";
import { open } from "../../pages/guides/authentication/client.ts";
import { inbox } from "../../pages/guides/authentication/events.ts";
import { hub, sessions, signOut } from "../../pages/guides/authentication/server.ts";
import { installed } from "../support/installed.ts";
import { Pages } from "../support/page.ts";
import { type Served, serve } from "../support/serve.ts";

const HOUR = 3_600_000;
const mail = (subject: string) => ({ from: "bob", subject });
const inMs = (ms: number) => new Date(Date.now() + ms);

describe("with tokens", () => {
  let server: Served;
  beforeAll(async () => {
    server = await serve(toNodeListener(hub.respond));
  });
  afterAll(async () => {
    await hub.close();
    await server[Symbol.asyncDispose]();
  });

  function tokens(current: string, renewed: () => string) {
    const kept = {
      current,
      renewals: 0,
      async renew() {
        kept.renewals++;
        kept.current = renewed();
      },
    };
    return kept;
  }

  it("a 401 renews the token once, and the stream opens", async () => {
    sessions.set("new", { user: "ann", expiresAt: inMs(HOUR) });
    const mine = tokens("old", () => "new");
    const stream = open(server.url, mine);
    const subjects: string[] = [];
    stream.on("mail", ({ data }) => subjects.push(data.subject));
    await expect.poll(() => hub.stats().connections).toBe(1);
    await hub.publish("mail", mail("hello"));
    await expect.poll(() => subjects).toEqual(["hello"]);
    expect(mine.renewals).toBe(1);
    stream.close();
  });

  it("a second 401 in the outage is final, and so is one without refresh", async () => {
    const mine = tokens("no", () => "neither");
    const stream = open(server.url, mine);
    stream.on("mail", () => {});
    expect(await stream.closed).toBe("failed");
    expect(mine.renewals).toBe(1);
    const bare = connect(inbox, server.url);
    bare.on("mail", () => {});
    expect(await bare.closed).toBe("failed");
    expect(bare.state).toMatchObject({ error: { code: "response-refused", status: 401 } });
  });

  it("a grant that expires is renewed, and nothing is lost or repeated over it", async () => {
    sessions.set("short", { user: "cleo", expiresAt: inMs(400) });
    sessions.set("long", { user: "cleo", expiresAt: inMs(HOUR) });
    const mine = tokens("short", () => "long");
    const stream = open(server.url, mine);
    const subjects: string[] = [];
    stream.on("mail", ({ data }) => subjects.push(data.subject));
    const states: string[] = [];
    stream.onStateChange((state) => states.push(state.status));
    await expect.poll(() => stream.state.status).toBe("open");
    const sent: string[] = [];
    while (mine.renewals === 0 || stream.state.status !== "open") {
      sent.push(`number ${sent.length}`);
      await hub.publish("mail", mail(sent.at(-1) ?? ""));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await expect.poll(() => subjects.at(-1)).toBe(sent.at(-1));
    expect(subjects).toEqual(sent);
    expect(mine.renewals).toBe(1);
    stream.close();
  });

  it("who signs out is out at once", async () => {
    sessions.set("dan's", { user: "dan", expiresAt: inMs(HOUR) });
    const mine = tokens("dan's", () => "dan's");
    const stream = open(server.url, mine);
    stream.on("mail", () => {});
    await expect.poll(() => stream.state.status).toBe("open");
    await signOut("dan");
    expect(await stream.closed).toBe("failed");
    expect(stream.state).toMatchObject({ error: { status: 401 } });
    expect((stream.state as { error: unknown }).error).toBeInstanceOf(ConnectionError);
  });

  it("EventSource asks for headers before every attempt, too", async () => {
    sessions.set("eve's", { user: "eve", expiresAt: inMs(HOUR) });
    let asked = 0;
    const source = new EventSource(server.url, {
      headers: () => ({ authorization: `Bearer ${asked++ < 0 ? "" : "eve's"}` }),
      reconnect: { reconnectionTimeMs: 10 },
    });
    await expect.poll(() => source.readyState).toBe(EventSource.OPEN);
    server.cut();
    await expect.poll(() => asked).toBe(2);
    source.close();
  });
});

it("a grant of fewer channels leaves the others out", async () => {
  await using server = await serve(toNodeListener(respondChannels));
  const read = (user: string) => {
    const subjects: string[] = [];
    const stream = connect(inbox, server.url, { headers: { "x-user": user } });
    stream.on("mail", ({ data }) => subjects.push(data.subject));
    return { subjects, stream };
  };
  const [ann, bob] = [read("ann"), read("bob")];
  await expect.poll(() => channelHub.stats().connections).toBe(2);
  await channelHub.publish("mail", mail("for blue"), { channel: "blue" });
  await channelHub.publish("mail", mail("for red"), { channel: "red" });
  await expect.poll(() => [ann.subjects, bob.subjects]).toEqual([["for blue", "for red"], ["for red"]]);
  ann.stream.close();
  bob.stream.close();
  await channelHub.close();
});

describe.skipIf(!installed.chromium)("from a page of another origin, in Chromium", () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await Pages.start();
  });
  afterAll(() => pages[Symbol.asyncDispose]());

  /** What the server saw of two connections, the second after a cut. */
  async function requestsOf(script: string): Promise<readonly string[]> {
    process.env.PAGE_ORIGIN = pages.origin;
    const { hub: crossOrigin } = await import("../../pages/guides/authentication/cross-origin.ts");
    const seen: string[] = [];
    const answer = toNodeListener(crossOrigin.respond);
    await using server = await serve((req, res) => {
      const position = req.headers["last-event-id"] !== undefined ? " +header" : "";
      const query = req.url?.includes("lastEventId=") ? " +query" : "";
      const cookie = req.headers.cookie?.includes("session=") ? " +cookie" : "";
      seen.push(`${req.method}${position}${query}${cookie}`);
      answer(req, res);
    });
    const source = `document.cookie = "session=1"; const url = "${server.url}"; ${script}`;
    const page = await pages.open(source);
    await expect.poll(() => crossOrigin.stats().connections).toBe(1);
    // The opening comment and the mark have to be there, or there is no position to come back with.
    await page.waitForFunction(() => "moved" in globalThis, undefined);
    server.cut();
    const gets = () => seen.filter((request) => request.startsWith("GET")).length;
    await expect.poll(gets).toBe(2);
    await page.close();
    return seen;
  }

  const watch =
    'stream.on("mail", () => {}); const t = setInterval(() => { if (stream.lastEventId) globalThis.moved = 1; }, 10);';

  it("the header costs a preflight as soon as there is a position to send", async () => {
    const script = `import { connect } from "@sse/client"; import { inbox } from "./guides/authentication/events.ts";
      const stream = connect(inbox, url, { credentials: "include" }); ${watch}`;
    expect(await requestsOf(script)).toEqual(["GET +cookie", "OPTIONS", "GET +header +cookie"]);
  });

  it("cursor: query costs none", async () => {
    const script = `import { open } from "./guides/authentication/with-cookies.ts"; const stream = open(url); ${watch}`;
    expect(await requestsOf(script)).toEqual(["GET +cookie", "GET +query +cookie"]);
  });

  it("a header of your own costs one from the start", async () => {
    const script = `import { connect } from "@sse/client"; import { inbox } from "./guides/authentication/events.ts";
      const stream = connect(inbox, url, { headers: { authorization: "Bearer x" } }); ${watch}`;
    expect((await requestsOf(script)).slice(0, 2)).toEqual(["OPTIONS", "GET"]);
  });

  it("the browser's own EventSource sends the header without asking", async () => {
    const script = `const source = new globalThis.EventSource(url, { withCredentials: true });
      source.addEventListener("sse.mark", () => { globalThis.moved = 1; });`;
    expect(await requestsOf(script)).toEqual(["GET +cookie", "GET +header +cookie"]);
  });
});
