import { connect } from "@sse/client";
import { defineEvents, json } from "@sse/protocol";
import { createHub } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { describe, expect, it } from "vitest";
import { hub as measured, metrics } from "../pages/operations/metrics.ts";
import { installed } from "./support/installed.ts";
import { IDLE_S, type ProxyName, proxyNames, ReverseProxy } from "./support/proxy.ts";
import { Running } from "./support/running.ts";
import { serve } from "./support/serve.ts";

const news = defineEvents({ headline: json<{ n: number }>() });
const FILES = { nginx: "nginx.conf", haproxy: "haproxy.cfg", caddy: "Caddyfile" } as const;

function behind(name: ProxyName, upstream: number, edit = (conf: string) => conf): Promise<ReverseProxy> {
  return ReverseProxy.start(name, `operations/${FILES[name]}`, (conf) =>
    edit(conf.replace("127.0.0.1:3000", `127.0.0.1:${upstream}`)),
  );
}

async function serveHub(heartbeatMs: number | false) {
  const hub = createHub(news, { heartbeatMs });
  const events = toNodeListener(hub.respond);
  const server = await serve((req, res) => (req.url === "/healthy" ? res.end() : events(req, res)));
  return {
    hub,
    port: server.port,
    async [Symbol.asyncDispose]() {
      await hub.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe.concurrent.each(proxyNames)("%s", (name) => {
  const test = it.skipIf(installed[name] === undefined);

  test("lets every event through at once, and tells when the client has left", async ({ expect }) => {
    await using app = await serveHub(400);
    await using proxy = await behind(name, app.port);
    const stream = connect(news, proxy.url);
    const read: number[] = [];
    stream.on("headline", ({ data }) => read.push(data.n));
    await expect.poll(() => app.hub.stats().connections).toBe(1);
    for (let n = 1; n <= 5; n++) {
      await app.hub.publish("headline", { n });
      await expect.poll(() => read.length).toBe(n);
    }
    stream.close();
    await expect.poll(() => app.hub.stats().connections).toBe(0);
  });

  test("keeps a quiet stream as long as there are heartbeats", async ({ expect }) => {
    await using app = await serveHub(400);
    await using proxy = await behind(name, app.port);
    const stream = connect(news, proxy.url);
    const states: string[] = [];
    stream.onStateChange(({ status }) => states.push(status));
    stream.on("headline", () => {});
    // Twice the proxy's patience has to pass: that is what is tested.
    await new Promise((resolve) => setTimeout(resolve, IDLE_S * 2000));
    expect(states).toEqual(["open"]);
    stream.close();
  });
});

describe.concurrent.each(["nginx", "haproxy"] as const)("%s", (name) => {
  it.skipIf(!installed[name])(
    "cuts a quiet stream without heartbeats, and our client loses nothing by it",
    async ({ expect }) => {
      await using app = await serveHub(false);
      await using proxy = await behind(name, app.port);
      const stream = connect(news, proxy.url);
      const read: number[] = [];
      const states: string[] = [];
      stream.onStateChange(({ status }) => states.push(status));
      stream.on("headline", ({ data }) => read.push(data.n));
      await expect.poll(() => stream.lastEventId).not.toBe("");
      await expect.poll(() => states).toContain("waiting");
      for (let n = 1; n <= 3; n++) await app.hub.publish("headline", { n });
      await expect.poll(() => read).toEqual([1, 2, 3]);
      stream.close();
    },
  );
});

describe("what the proxies' page says beside", () => {
  it.skipIf(!installed.nginx)(
    "nginx with its defaults lets our streams through, since they ask for it",
    async () => {
      await using app = await serveHub(400);
      const bare = (conf: string) =>
        conf.replace(/proxy_buffering off;.*/, "").replace(/proxy_http_version.*/, "");
      await using proxy = await behind("nginx", app.port, bare);
      const read = connect(news, proxy.url)[Symbol.asyncIterator]();
      const first = read.next();
      await expect.poll(() => app.hub.stats().connections).toBe(1);
      await app.hub.publish("headline", { n: 1 });
      expect(await first).toMatchObject({ value: { data: { n: 1 } } });
      await read.return?.();
    },
  );

  it.skipIf(!installed.caddy)("caddy lets events through one by one, compressed as well", async () => {
    await using app = await serveHub(400);
    const compressed = (conf: string) => conf.replace("\treverse_proxy", "\tencode gzip\n\treverse_proxy");
    await using proxy = await behind("caddy", app.port, compressed);
    const read = connect(news, proxy.url)[Symbol.asyncIterator]();
    const first = read.next();
    await expect.poll(() => app.hub.stats().connections).toBe(1);
    await app.hub.publish("headline", { n: 1 });
    expect(await first).toMatchObject({ value: { data: { n: 1 } } });
    await read.return?.();
  });
});

describe("a server that goes down", () => {
  it("drains: clients leave one by one, nothing is lost at the next one, and the process ends", async () => {
    const server = await Running.file("operations/server.ts", { DRAIN_MS: "3000" });
    const closed: number[] = [];
    const streams = Array.from({ length: 20 }, () => {
      const stream = connect(news, server.url("/events"), { onReconnect: () => false });
      stream.on("headline", () => {});
      stream.closed.then(() => closed.push(performance.now()));
      return stream;
    });
    await expect.poll(() => streams.every(({ state }) => state.status === "open")).toBe(true);
    const exited = server.stop("SIGTERM");
    await expect.poll(async () => (await fetch(server.url("/healthy"))).status, { timeout: 2500 }).toBe(503);
    await Promise.all(streams.map((stream) => stream.closed));
    await exited;
    const spread = Math.max(...closed) - Math.min(...closed);
    expect(spread).toBeGreaterThan(1500);
    expect(spread).toBeLessThan(10_000);
  });
});

it("the metrics count connections, events and reasons", async () => {
  await using server = await serve(toNodeListener(measured.respond));
  const stream = connect(news, server.url, { lastEventId: "nonsense" });
  stream.on("headline", () => {});
  await expect.poll(() => measured.stats().gaps).toBe(1);
  await measured.publish("headline", { n: 1 });
  await expect.poll(() => measured.stats().delivered).toBe(1);
  stream.close();
  await expect.poll(() => measured.stats().connections).toBe(0);
  expect(metrics().split("\n")).toEqual([
    "sse_connections 0",
    "sse_published_total 1",
    "sse_delivered_total 1",
    "sse_dropped_total 0",
    'sse_closed_total{reason="client"} 1',
    'sse_gaps_total{reason="invalid"} 1',
    "",
  ]);
});
