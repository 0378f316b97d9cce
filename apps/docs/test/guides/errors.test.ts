import type { IncomingMessage, ServerResponse } from "node:http";
import { type ConnectOptions, connect, EventSource } from "@sse/client";
import { defineEvents, json } from "@sse/protocol";
import { describe, expect, it } from "vitest";
import { watch } from "../../pages/guides/errors/watch.ts";
import { installed } from "../support/installed.ts";
import { Pages } from "../support/page.ts";
import { serve } from "../support/serve.ts";

const events = defineEvents({ a: json<{ n: number }>() });
const OPENING = ": sse=1 heartbeat=15000\n\n";

type Answer = (res: ServerResponse, req: IncomingMessage) => unknown;
const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (res) =>
    res.writeHead(code, headers).end("why\n");
const stream =
  (text: string, then: (res: ServerResponse) => unknown = () => {}): Answer =>
  (res) => {
    res.setHeader("content-type", "text/event-stream");
    res.write(text, () => setImmediate(() => then(res)));
  };
const cut = (res: ServerResponse) => res.destroy();
const end = (res: ServerResponse) => res.end();
const event = (n: number, id = "") => `${id && `id: ${id}\n`}event: a\ndata: {"n":${n}}\n\n`;

/** What a subscription sees of a server that gives these answers in turn, and the last of them for ever; the last one ends it. */
async function seen(answers: readonly Answer[], options: ConnectOptions = {}) {
  let asked = 0;
  await using server = await serve((req, res) => answers[Math.min(asked++, answers.length - 1)]?.(res, req));
  const codes: (string | undefined)[] = [];
  const issues: string[] = [];
  const read: number[] = [];
  const subscription = connect(events, server.url, {
    reconnect: { minDelayMs: 5, maxDelayMs: 5, maxAttempts: 3 },
    onReconnect: ({ error }) => void codes.push(error.code),
    onIssue: ({ kind }) => issues.push(kind),
    ...options,
  });
  subscription.on("a", ({ data }) => read.push(data.n));
  const reason = await subscription.closed;
  const { state } = subscription;
  const error = state.status === "closed" ? state.error : undefined;
  return { reason, code: error?.code, error, codes, issues, read, asked };
}

/** Ends the subscription, which had to come back to get it. */
const FINAL = status(403);

describe("connect", () => {
  it("comes back after a cut, a clean end without sse.end, and an answer that never came", async () => {
    expect(await seen([stream(OPENING, cut), stream(OPENING, end), cut, FINAL])).toMatchObject({
      asked: 4,
      codes: ["connection-lost", "connection-lost", "connection-lost"],
    });
  });

  it.each([408, 425, 429, 500, 502, 503, 504])("comes back after %i", async (code) => {
    expect(await seen([status(code), FINAL])).toMatchObject({ asked: 2, codes: ["response-refused"] });
  });

  it.each([400, 401, 403, 404, 410, 422, 501])("takes %i for final, and shows the answer", async (code) => {
    const { reason, error, asked } = await seen([status(code)]);
    expect({ reason, asked }).toEqual({ reason: "failed", asked: 1 });
    expect(error).toMatchObject({ code: "response-refused", status: code });
    expect(await (error as unknown as { text(): Promise<string> }).text()).toBe("why\n");
  });

  it("takes 200 with another media type for final", async () => {
    const html = status(200, { "content-type": "text/html" });
    expect(await seen([html])).toMatchObject({ reason: "failed", code: "response-refused", asked: 1 });
  });

  it("waits at least as long as Retry-After says", async () => {
    const begin = performance.now();
    expect(await seen([status(503, { "retry-after": "1" }), FINAL])).toMatchObject({ asked: 2 });
    expect(performance.now() - begin).toBeGreaterThan(990);
  });

  it("stays away after 204", async () => {
    expect(await seen([status(204)])).toMatchObject({ reason: "stopped", code: undefined, asked: 1 });
  });

  it.each([404, 410])("takes %i at a position for gone", async (code) => {
    const cleared: string[] = [];
    const store = { load: () => "p", save: () => {}, clear: () => cleared.push("yes") };
    expect(await seen([status(code)], { store })).toMatchObject({ reason: "failed", code: "gone" });
    expect(cleared).toEqual(["yes"]);
  });

  it("does not follow to another origin", async () => {
    const elsewhere = status(302, { location: "http://localhost:1/" });
    expect(await seen([elsewhere])).toMatchObject({ reason: "failed", code: "cross-origin-redirect" });
    const around = status(302, { location: "/" });
    expect(await seen([around])).toMatchObject({ reason: "failed", code: "too-many-redirects", asked: 21 });
  });

  it("gives a silent stream up", async () => {
    expect(await seen([stream(OPENING), FINAL], { idleTimeoutMs: 100 })).toMatchObject({
      codes: ["idle-timeout"],
    });
  });

  it("comes back after sse.error, and stays away after sse.end", async () => {
    const failed = stream(`${OPENING}event: sse.error\ndata: {"id":"x"}\n\n`, end);
    expect(await seen([failed, FINAL])).toMatchObject({ asked: 2, codes: ["server-error"] });
    const over = stream(`${OPENING}event: sse.end\nid: sse.end\ndata:\n\n`, end);
    expect(await seen([over])).toMatchObject({ reason: "ended", code: undefined });
  });

  it("comes back once more after sse.reauth without refresh", async () => {
    const reauth = stream(`${OPENING}event: sse.reauth\ndata:\n\n`, end);
    expect(await seen([reauth, status(401)])).toMatchObject({
      reason: "failed",
      codes: ["response-refused"],
      code: "response-refused",
      asked: 2,
    });
  });

  it("leaves out what it cannot read, says so, and goes on", async () => {
    const mixed = `event: other\ndata: 1\n\nevent: a\ndata: {\n\nid: ${"x".repeat(1025)}\n\n${event(4)}`;
    const { issues, read } = await seen([stream(mixed, cut), FINAL]);
    expect({ issues, read }).toEqual({ issues: ["unknown", "invalid", "id"], read: [4] });
  });

  it("ends at an event that is too large", async () => {
    const large = stream(`data: ${"x".repeat(2000)}\n\n`);
    expect(await seen([large], { maxEventBytes: 1000 })).toMatchObject({
      reason: "failed",
      code: "limit-exceeded",
    });
  });

  it("says stuck when it breaks three times at one position", async () => {
    const broken = stream(OPENING, cut);
    const answers = [stream(OPENING + event(1, "e.1"), cut), broken, broken, broken, FINAL];
    const { codes } = await seen(answers, { reconnect: { minDelayMs: 5, maxDelayMs: 5 } });
    expect(codes).toEqual(["connection-lost", "connection-lost", "connection-lost", "stuck"]);
  });

  it("fails when maxAttempts is reached", async () => {
    expect(await seen([status(503)])).toMatchObject({ reason: "failed", code: "response-refused", asked: 4 });
  });
});

describe("EventSource", () => {
  it.each([204, 401, 404, 500, 503])(
    "takes %i for final, as the standard says, and tells why",
    async (code) => {
      await using server = await serve((_req, res) => status(code)(res, _req));
      const source = new EventSource(server.url);
      const error = await new Promise((resolve) =>
        source.addEventListener("error", ({ error }) => resolve(error)),
      );
      expect(source.readyState).toBe(EventSource.CLOSED);
      expect(error).toMatchObject({ status: code });
    },
  );
});

it("watch() logs what is left out, what is missing, every wait, and the end", async () => {
  const answers = [stream(`${OPENING}event: other\ndata: 1\n\n`, cut), status(403)];
  let asked = 0;
  await using server = await serve((req, res) => answers[asked++]?.(res, req));
  const lines: string[] = [];
  const stream1 = watch(events, server.url, (line) => lines.push(line));
  await stream1.closed;
  expect(lines).toEqual([
    "left out (unknown, other): Event type 'other' is not in the contract.",
    expect.stringMatching(/^again \(1\) in \d+ ms: connection-lost$/),
    expect.stringContaining("over: response-refused, GET http://127.0.0.1"),
  ]);
});

it.skipIf(!installed.chromium)("in a browser a redirect to another origin is a lost connection", async () => {
  await using pages = await Pages.start();
  const asked: string[] = [];
  await using elsewhere = await serve((req, res) => {
    asked.push(req.headers.authorization ?? "");
    stream(OPENING)(res.setHeader("access-control-allow-origin", "*"), req);
  });
  await using server = await serve((_req, res) => {
    res.setHeader("access-control-allow-origin", "*").writeHead(302, { location: elsewhere.url }).end();
  });
  const page = await pages.open(`import { connect } from "@sse/client";
    globalThis.codes = [];
    const stream = connect("${server.url}", { onReconnect: ({ error }) => void codes.push(error.code) });
    stream.on("*", () => {});`);
  await expect.poll(() => page.evaluate("codes[0]")).toBe("connection-lost");
  expect(asked).toEqual([]);
});
