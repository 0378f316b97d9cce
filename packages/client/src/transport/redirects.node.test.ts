import { type ConnectionError, defineEvents, json } from "@sse/protocol";
import { expect, test } from "vitest";
import { AT_ONCE, collect, elsewhere, play } from "../../test/server/client.ts";
import type { Reply } from "../../test/server/script.ts";
import { connect } from "../connect.ts";
import type { ConnectOptions } from "../options.ts";
import { request } from "../request.ts";

// Where responses that redirect can be seen, which is not in browsers.

const numbers = defineEvents({ n: json<number>(), over: json<null>() }, { end: ["over"] });
const finished: Reply = { body: ["event: over\ndata: null\n\n"], end: "hold" };
const read = (url: string, options?: ConnectOptions) =>
  collect(connect(numbers, url, { reconnect: AT_ONCE, ...options }));

test("a redirect within the origin is followed with everything", async () => {
  const target = await play(finished);
  const { url } = await play({ status: 307, headers: { location: target.url } });
  const { got } = await read(url, { headers: { "x-key": "1" }, lastEventId: "7" });
  expect(got.map(({ type }) => type)).toEqual(["over"]);
  const headers = (await target.seen(1))[0]?.headers;
  expect([headers?.["x-key"], headers?.["last-event-id"]]).toEqual(["1", "7"]);
});

test("a redirect to another origin is an error that names both, without queries", async () => {
  const target = await play(finished);
  const location = `${elsewhere(target.url)}?secret`;
  const { url, seen } = await play({ status: 302, headers: { location } });
  const { thrown } = await read(url);
  expect((thrown as ConnectionError).code).toBe("cross-origin-redirect");
  expect(String(thrown)).toContain(elsewhere(target.url));
  expect(String(thrown)).not.toContain("secret");
  expect([(await target.seen()).length, (await seen()).length]).toEqual([0, 1]);
});

test("a redirect to another origin is followed when asked, without custom headers, position and body", async () => {
  const target = await play(finished);
  const { url } = await play({ status: 307, headers: { location: elsewhere(target.url) } });
  await read(url, { headers: { "x-key": "1" }, redirects: "follow", lastEventId: "1" });
  await collect(request(numbers, url, { json: "secret", redirects: "follow" }));
  for (const { headers, method, body } of await target.seen(2)) {
    expect([headers.accept, method, body]).toEqual(["text/event-stream", "GET", ""]);
    expect(headers).not.toHaveProperty("x-key");
    expect(headers).not.toHaveProperty("last-event-id");
    expect(headers).not.toHaveProperty("content-type");
  }
});

test("a POST keeps its body over 307, and becomes a GET by 303", async () => {
  const target = await play(finished);
  for (const status of [307, 303]) {
    const { url } = await play({ status, headers: { location: target.url } });
    await collect(request(numbers, url, { json: "ask" }));
  }
  const seen = await target.seen(2);
  expect(seen.map(({ method, body }) => `${method} ${body}`)).toEqual(['POST "ask"', "GET "]);
  expect(seen.map(({ headers }) => headers["content-type"])).toEqual(["application/json", undefined]);
});

test("a circle of redirects is final", async () => {
  const { url, seen } = await play({ status: 302, headers: { location: "?again" } });
  const { thrown } = await read(url);
  expect([(thrown as ConnectionError).code, (await seen()).length]).toEqual(["too-many-redirects", 21]);
});

test("a redirect to another scheme is not followed, whatever is allowed", async () => {
  const { url } = await play({ status: 302, headers: { location: "data:text/event-stream,data:secret" } });
  const { thrown } = await read(url, { redirects: "follow" });
  expect(thrown).toMatchObject({ code: "response-refused", status: 302 });
});

test("a redirect to what is no URL is final, and says so", async () => {
  const { url, seen } = await play({ status: 302, headers: { location: "http://[bad/?secret" } });
  const { thrown } = await read(url);
  expect(thrown).toMatchObject({ code: "response-refused", status: 302 });
  expect(String(thrown)).toMatch(/no URL of HTTP: "http:\/\/\[bad\/"/);
  expect(await seen()).toHaveLength(1);
});
