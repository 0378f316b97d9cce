import { get as getHttp, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:http2";
import { get as getHttps } from "node:https";
import { defineEvents, json } from "@sse/protocol";
import { describe, expect, test } from "vitest";
import { eventStream } from "../src/event-stream.ts";
import { createHub } from "../src/hub.ts";
import { FRAMEWORK_ERROR, type Mount, type Mounted, mounts } from "./support/mounts.ts";
import { eventually } from "./support/serve.ts";

const market = defineEvents({ tick: json<{ n: number }>() });

interface Opened {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: () => string;
  readonly ended: () => boolean;
  leave(): void;
}

/** A request that is not waited for, in the protocol of the mount. */
function open(mount: Mount, { port }: Mounted, path = "/events"): Promise<Opened> {
  return mount.version === 1 ? openHttp1(mount, port, path) : openHttp2(mount, port, path);
}

function openHttp1({ protocol }: Mount, port: number, path: string): Promise<Opened> {
  const get = protocol === "https:" ? getHttps : getHttp;
  return new Promise((resolve, reject) => {
    const url = `${protocol}//127.0.0.1:${port}${path}`;
    const request = get(url, { rejectUnauthorized: false, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (more: string) => {
        text += more;
      });
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text: () => text,
        ended: () => response.complete,
        leave: () => request.destroy(),
      });
      response.on("error", () => {}); // it leaves in the middle
    });
    request.on("error", reject);
  });
}

function openHttp2({ protocol }: Mount, port: number, path: string): Promise<Opened> {
  return new Promise((resolve, reject) => {
    const session = connect(`${protocol}//127.0.0.1:${port}`, { rejectUnauthorized: false });
    session.on("error", reject);
    const stream = session.request({ ":path": path, accept: "text/event-stream" });
    let text = "";
    let ended = false;
    stream.setEncoding("utf8").on("data", (more: string) => {
      text += more;
    });
    stream.on("end", () => {
      ended = true;
    });
    stream.on("error", reject);
    stream.on("response", (headers) => {
      resolve({
        status: headers[":status"] ?? 0,
        headers,
        text: () => text,
        ended: () => ended,
        leave: () => session.destroy(),
      });
    });
  });
}

describe.each(mounts)("in $name", (mount) => {
  test("a hub's stream is opened, gets what is published, and its end is noticed", async () => {
    await using hub = createHub(market);
    await using mounted = await mount.serve(hub.respond);
    const client = await open(mount, mounted);
    expect(client.status).toBe(200);
    expect(client.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    expect(client.headers["cache-control"]).toBe("no-store, private, no-transform");
    expect(client.headers["x-accel-buffering"]).toBe("no");
    await eventually(() => client.text().includes("event: sse.mark"));
    expect(client.text()).toMatch(/^: sse=1 heartbeat=\d+\n\n/);
    const id = await hub.publish("tick", { n: 1 });
    await eventually(() => client.text().endsWith(`id: ${id}\nevent: tick\ndata: {"n":1}\n\n`));
    client.leave();
    await eventually(() => hub.stats().connections === 0);
  });

  test("much goes out whole and in order", async () => {
    await using mounted = await mount.serve((request) =>
      eventStream(market, request, async function* () {
        for (let n = 0; n < 20_000; n++) yield market.event("tick", { n });
      }),
    );
    const client = await open(mount, mounted);
    await eventually(() => client.ended());
    const numbers = [...client.text().matchAll(/^data: \{"n":(\d+)\}$/gm)].map(([, n]) => Number(n));
    expect(numbers).toEqual(Array.from({ length: 20_000 }, (_, n) => n));
    expect(client.text()).toMatch(/event: sse\.end\nid: sse\.end|id: sse\.end\nevent: sse\.end/);
    client.leave();
  });

  test("a body that is wrapped works the same, chunk by chunk", async () => {
    await using hub = createHub(market);
    await using mounted = await mount.serve(async (request) => {
      const inner = await hub.respond(request);
      return new Response(inner.body?.pipeThrough(new TransformStream()) ?? null, inner);
    });
    const client = await open(mount, mounted);
    await eventually(() => client.text().includes("event: sse.mark"));
    await hub.publish("tick", { n: 1 });
    await eventually(() => client.text().includes('data: {"n":1}'));
    client.leave();
    await eventually(() => hub.stats().connections === 0);
  });

  test("a generator is stopped when the client leaves, even while it waits", async () => {
    let stopped = false;
    await using mounted = await mount.serve((request) =>
      eventStream(market, request, async function* ({ signal }) {
        try {
          yield market.event("tick", { n: 1 });
          await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        } finally {
          stopped = true;
        }
      }),
    );
    const client = await open(mount, mounted);
    await eventually(() => client.text().includes('data: {"n":1}'));
    client.leave();
    await eventually(() => stopped);
  });

  test("a handler that throws is answered by the framework's error handler, or with 500", async () => {
    await using mounted = await mount.serve(() => Promise.reject(new Error("secret")));
    const client = await open(mount, mounted);
    expect(client.status).toBe(mount.name.startsWith("node:") ? 500 : FRAMEWORK_ERROR);
    expect(client.text()).not.toContain("secret");
    client.leave();
  });

  test("the handler sees the URL that the client asked for", async () => {
    await using mounted = await mount.serve((request) => new Response(request.url));
    const client = await open(mount, mounted, "/events?lastEventId=%E6%97%A5");
    await eventually(() => client.ended());
    const { port } = mounted;
    expect(client.text()).toBe(`${mount.protocol}//127.0.0.1:${port}/events?lastEventId=%E6%97%A5`);
    client.leave();
  });
});
