import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { defineEvents, text } from "@sse/protocol";
import { afterEach, describe, expect, test, vi } from "vitest";
import { eventStream } from "../src/event-stream.ts";
import { createHub } from "../src/hub.ts";
import { type LeanHandler, type LeanOptions, type LeanStreams, leanStreams } from "../src/node.ts";
import { eventually } from "./support/serve.ts";
import { WireClient } from "./support/wire-client.ts";

const notes = defineEvents({ note: text() });
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Lean {
  readonly port: number;
  readonly server: Server;
  readonly streams: LeanStreams;
  /** What the ordinary server was asked. */
  readonly ordinary: string[];
}

async function serveLean(
  handler: LeanHandler,
  options: LeanOptions & { server?: object } = {},
): Promise<Lean> {
  const ordinary: string[] = [];
  const answer: RequestListener = (req, res) => {
    ordinary.push(`${req.method} ${req.url}`);
    let body = "";
    req.on("data", (piece) => {
      body += piece;
    });
    req.on("end", () => res.end(`ordinary ${req.method} ${req.url} ${body}`));
  };
  const server = createServer(options.server ?? {}, answer);
  const streams = leanStreams(server, handler, options);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    streams.closeAllConnections();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, server, streams, ordinary };
}

function openHub() {
  const hub = createHub(notes, { heartbeatMs: false });
  closing.unshift(() => hub.close());
  return hub;
}

const ACCEPT = { accept: "text/event-stream" };
const HEAD = "host: own.example\r\naccept: text/event-stream\r\n\r\n";

describe("a request for an event stream", () => {
  test("is answered without the ordinary server, and events arrive", async () => {
    const hub = openHub();
    const { port, ordinary, streams } = await serveLean(hub.respond);
    using client = WireClient.open(port, "/feed?x=1", ACCEPT);
    await client.untilBody("sse.mark");
    expect(client.status).toBe(200);
    expect(client.head).toContain("content-type: text/event-stream; charset=utf-8");
    expect(client.head).toContain("transfer-encoding: chunked");
    for (let n = 0; n < 10; n++) void hub.publish("note", `${n}`);
    await client.untilBody("data: 9");
    expect(client.chunks.at(-1)?.match(/event: note/g)).toHaveLength(10);
    expect([ordinary, streams.connections]).toEqual([[], 1]);
  });

  test("comes to the handler with URL, headers and a signal", async () => {
    let request: Request | undefined;
    const { port } = await serveLean((incoming) => {
      request = incoming;
      return eventStream(null, incoming, () => {});
    });
    using client = WireClient.open(port, "//evil.example/a?b=c", { ...ACCEPT, "Last-Event-ID": "\xc3\xa9" });
    await client.untilBody("sse=1");
    expect(request?.url).toBe(`http://127.0.0.1:${port}//evil.example/a?b=c`);
    expect(request?.headers.get("last-event-id")).toBe("\xc3\xa9");
    expect(request?.signal.aborted).toBe(false);
    client.socket.destroy();
    await eventually(() => request?.signal.aborted === true);
  });

  test("that comes in pieces is one all the same", async () => {
    const hub = openHub();
    const { port, ordinary } = await serveLean(hub.respond);
    using client = WireClient.send(port, "G");
    for (const piece of `ET / HTTP/1.1\r\n${HEAD}`.match(/.{1,7}/gs) ?? []) {
      await new Promise((resolve) => setImmediate(resolve));
      client.socket.write(piece);
    }
    await client.untilBody("sse.mark");
    expect(ordinary).toEqual([]);
  });

  test("whose client leaves, by FIN or by RST, is closed in the hub", async () => {
    const hub = openHub();
    const { port, streams } = await serveLean(hub.respond);
    for (const leave of ["end", "destroy", "resetAndDestroy"] as const) {
      using client = WireClient.open(port, "/", ACCEPT);
      await client.untilBody("sse.mark");
      expect(hub.stats().connections).toBe(1);
      client.socket[leave]();
      await eventually(() => hub.stats().connections === 0 && streams.connections === 0);
    }
  });

  test("whose client does not read is cut by the hub, and others get everything", async () => {
    const closed = vi.fn();
    const limits = { maxQueueBytes: 262_144 };
    await using hub = createHub(notes, { hooks: { closed }, limits, heartbeatMs: false });
    const { port } = await serveLean(hub.respond);
    using stalled = WireClient.open(port, "/", ACCEPT);
    using reading = WireClient.open(port, "/", ACCEPT);
    await Promise.all([stalled.untilBody("sse.mark"), reading.untilBody("sse.mark")]);
    stalled.socket.pause();
    const large = "x".repeat(60_000);
    for (let n = 0; n < 400 && closed.mock.calls.length === 0; n++) {
      await hub.publish("note", `${n} ${large}`);
      await reading.until(({ received }) => received.includes(`data: ${n} `));
    }
    expect(closed).toHaveBeenCalledExactlyOnceWith(expect.anything(), "slow");
    await hub.publish("note", "after");
    await reading.until(({ received }) => received.includes("data: after"));
  });

  test("that the handler refuses is answered so, and the connection goes on with the ordinary server", async () => {
    const { port, ordinary } = await serveLean(() => new Response("no\n", { status: 403 }));
    using client = WireClient.open(port, "/", ACCEPT);
    await client.until(({ received }) => received.endsWith("0\r\n\r\n"));
    expect([client.status, client.body]).toEqual([403, "no\n"]);
    client.socket.write("GET /next HTTP/1.1\r\nhost: own.example\r\n\r\n");
    await client.until(({ received }) => received.includes("ordinary GET /next"));
    expect(ordinary).toEqual(["GET /next"]);
  });

  test("has the rest of its connection on the ordinary server, also a request that came early", async () => {
    let finish = (): void => {};
    const { port, ordinary } = await serveLean((request) =>
      eventStream(null, request, (connection) => {
        finish = () => connection.end();
      }),
    );
    using client = WireClient.open(port, "/", ACCEPT);
    await client.untilBody("sse=1");
    client.socket.write("GET /early HTTP/1.1\r\nhost: own.example\r\n\r\n");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(ordinary).toEqual([]);
    finish();
    await client.until(({ received }) => received.includes("ordinary GET /early"));
    expect(client.received.indexOf("sse.end")).toBeLessThan(client.received.indexOf("ordinary"));
  });

  test("that comes late to a hub that drains is the last of its connection", async () => {
    const hub = openHub();
    const { port, ordinary } = await serveLean(hub.respond);
    await hub.drain({ overMs: 0 });
    using client = WireClient.open(port, "/", ACCEPT);
    await client.until(({ ended }) => ended !== "open");
    expect(client.head).toContain("\r\nconnection: close");
    expect(client.chunks.join("")).toMatch(/^retry: \d+\n\n$/);
    expect(client.received).toMatch(/\r\n0\r\n\r\n$/);
    expect(ordinary).toEqual([]);
  });

  test("without a body in its answer, as 204, is over at once", async () => {
    const { port } = await serveLean(() => new Response(null, { status: 204 }));
    using client = WireClient.open(port, "/", ACCEPT);
    await client.until(({ received }) => received.includes("\r\n\r\n"));
    expect(client.head).toMatch(/^HTTP\/1.1 204 No Content\r\n/);
    expect(client.head).not.toMatch(/content-length|transfer-encoding/);
  });

  test.each([
    ["throws", () => Promise.reject(new Error("secret"))],
    ["gives something that is no response", () => ({}) as Response],
  ])("whose handler %s is 500, without details, and is reported", async (_name, handler) => {
    const onError = vi.fn();
    const { port } = await serveLean(handler, { onError });
    using client = WireClient.open(port, "/", ACCEPT);
    await client.until(({ received }) => received.includes("\r\n\r\n"));
    expect(client.status).toBe(500);
    expect(client.received).not.toContain("secret");
    expect(onError).toHaveBeenCalledOnce();
  });

  test("whose body has text in it, as the ordinary server takes it, arrives; anything else cuts it, and is reported", async () => {
    const onError = vi.fn();
    const bodies: Record<string, unknown> = {
      "/text": "data: é\n\n",
      "/other": 5,
      "/wide": new Uint16Array(3),
    };
    const { port } = await serveLean(
      ({ url }) => {
        const chunk = bodies[new URL(url).pathname];
        return new Response(
          new ReadableStream({
            start(controller) {
              controller.enqueue(chunk);
              controller.close();
            },
          }),
        );
      },
      { onError },
    );
    using text = WireClient.open(port, "/text", ACCEPT);
    await text.until(({ received }) => received.includes("\r\n0\r\n\r\n"));
    expect(text.received).toContain("data: é\n\n");
    for (const path of ["/other", "/wide"]) {
      using client = WireClient.open(port, path, ACCEPT);
      await client.until(({ ended }) => ended !== "open");
      expect(client.received).not.toContain("\r\n0\r\n\r\n");
    }
    expect(onError).toHaveBeenCalledTimes(2);
  });

  test("whose body fails or is used is cut, and reported", async () => {
    const onError = vi.fn();
    const used = new Response("used");
    await used.text();
    const fails = new ReadableStream({ start: (controller) => controller.error(new Error("the body")) });
    const { port } = await serveLean(({ url }) => (url.endsWith("used") ? used : new Response(fails)), {
      onError,
    });
    for (const path of ["/used", "/fails"]) {
      using client = WireClient.open(port, path, ACCEPT);
      await client.until(({ ended }) => ended !== "open");
      expect(client.received).not.toContain("\r\n0\r\n\r\n");
    }
    expect(onError).toHaveBeenCalledTimes(2);
  });

  test("ends no process where the handler fails, and then onError as well", async () => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    closing.push(async () => log.mockRestore());
    const onError = (): never => {
      throw new Error("the reporter");
    };
    const { port } = await serveLean(() => Promise.reject(new Error("the handler")), { onError });
    using client = WireClient.open(port, "/", ACCEPT);
    await client.until(({ received }) => received.includes("\r\n\r\n"));
    expect(client.status).toBe(500);
    expect(log).toHaveBeenCalledExactlyOnceWith(new Error("the reporter"));
  });

  test.each([
    ["an error", Response.error()],
    ["nothing that has a status", { headers: new Headers(), body: null } as Response],
    ["null", null as never],
  ])("that the handler answers with %s is 500, and reported", async (_, response) => {
    const onError = vi.fn();
    const { port } = await serveLean(() => response, { onError });
    using client = WireClient.open(port, "/", ACCEPT);
    await client.until(({ received }) => received.includes("\r\n\r\n"));
    expect(client.status).toBe(500);
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(TypeError));
  });

  test("with a host that is none is 400, and no handler sees it", async () => {
    const handler = vi.fn();
    const { port } = await serveLean(handler);
    using client = WireClient.open(port, "/", { ...ACCEPT, host: "a b" });
    await client.until(({ received }) => received.includes("\r\n\r\n"));
    expect([client.status, handler.mock.calls]).toEqual([400, []]);
  });
});

describe("the ordinary server gets", () => {
  const stream = (request: Request): Response => eventStream(null, request, () => {});

  test.each([
    ["another method", `POST /x HTTP/1.1\r\ncontent-length: 5\r\n${HEAD}hello`, "ordinary POST /x hello"],
    [
      "a body in chunks",
      `POST /x HTTP/1.1\r\ntransfer-encoding: chunked\r\n${HEAD}5\r\nhello\r\n0\r\n\r\n`,
      "POST /x hello",
    ],
    ["a GET with a body", `GET /x HTTP/1.1\r\ncontent-length: 5\r\n${HEAD}hello`, "ordinary GET /x hello"],
    [
      "what asks for something else",
      "GET /x HTTP/1.1\r\nhost: a\r\naccept: text/html\r\n\r\n",
      "ordinary GET /x",
    ],
    ["HTTP/1.0", `GET /x HTTP/1.0\r\n${HEAD}`, "ordinary GET /x"],
    ["HEAD", `HEAD /x HTTP/1.1\r\n${HEAD}`, "HTTP/1.1 200"],
    ["connection: close", `GET /x HTTP/1.1\r\nconnection: close\r\n${HEAD}`, "ordinary GET /x"],
    ["an absolute URL", `GET http://own.example/x HTTP/1.1\r\n${HEAD}`, "ordinary GET http://own.example/x"],
  ])("%s, as it came", async (_name, bytes, answer) => {
    const { port } = await serveLean(stream);
    using client = WireClient.send(port, bytes);
    await client.until(({ received }) => received.includes(answer));
    expect(client.received).not.toContain("sse=1");
  });

  test.each([
    ["no host", "GET / HTTP/1.1\r\naccept: text/event-stream\r\n\r\n"],
    [
      "content-length and transfer-encoding",
      `POST / HTTP/1.1\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n${HEAD}`,
    ],
    [
      "a header that goes on in the next line",
      `GET / HTTP/1.1\r\nx-a: 1\r\n 2\r\ncontent-length: a\r\n${HEAD}`,
    ],
    ["a space before the colon", `GET / HTTP/1.1\r\nx-a : 1\r\n${HEAD}`],
    ["NUL in a header", `GET / HTTP/1.1\r\nx-a: a\0b\r\n${HEAD}`],
    ["a lone CR", `GET / HTTP/1.1\r\nx-a: a\rb: c\r\n${HEAD}`],
    ["another protocol", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
    ["a head larger than is allowed", `GET / HTTP/1.1\r\nx-a: ${"x".repeat(20_000)}\r\n${HEAD}`],
  ])("%s, which it refuses", async (_name, bytes) => {
    const handler = vi.fn(stream);
    const { port, ordinary } = await serveLean(handler);
    using client = WireClient.send(port, bytes);
    await client.until(({ ended, received }) => ended !== "open" || received.includes("\r\n\r\n"));
    expect(client.received).toMatch(/^HTTP\/1\.1 4(00|31) /);
    expect([ordinary, handler.mock.calls]).toEqual([[], []]);
  });

  test("two Host headers, and takes neither for ours", async () => {
    const handler = vi.fn(stream);
    const { port } = await serveLean(handler);
    using client = WireClient.send(port, `GET / HTTP/1.1\r\nhost: evil.example\r\n${HEAD}`);
    await client.until(({ received }) => received.includes("\r\n\r\n"));
    expect(handler).not.toHaveBeenCalled();
  });

  test("requests that come together, in their order", async () => {
    const { port, ordinary } = await serveLean(stream);
    const next = (path: string): string => `GET ${path} HTTP/1.1\r\n${HEAD}`;
    using client = WireClient.send(port, next("/1") + next("/2") + next("/3"));
    await client.until(({ received }) => received.includes("ordinary GET /3"));
    expect(ordinary).toEqual(["GET /1", "GET /2", "GET /3"]);
  });

  test("what the handler does not want", async () => {
    const { port, ordinary } = await serveLean(async (request) =>
      request.url.endsWith("/feed") ? stream(request) : undefined,
    );
    using other = WireClient.open(port, "/other", ACCEPT);
    await other.until(({ received }) => received.includes("ordinary GET /other"));
    using client = WireClient.open(port, "/feed", ACCEPT);
    await client.untilBody("sse=1");
    expect(ordinary).toEqual(["GET /other"]);
  });

  test("upgrades", async () => {
    const { port, server } = await serveLean(stream);
    server.on("upgrade", (_req, socket) => socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
    using client = WireClient.send(port, `GET / HTTP/1.1\r\nconnection: upgrade\r\nupgrade: x\r\n${HEAD}`);
    await client.until(({ received }) => received.includes("101 Switching"));
  });
});

describe("a client that means ill", () => {
  test("and sends its head slowly is answered 408 and cut", async () => {
    const { port, streams } = await serveLean(() => undefined, {
      server: { headersTimeout: 150, requestTimeout: 200, connectionsCheckingInterval: 50 },
    });
    using client = WireClient.send(port, "GET / HTTP/1.1\r\nhost: a\r\n");
    await client.until(({ ended }) => ended !== "open");
    expect(client.status).toBe(408);
    using silent = WireClient.send(port, "");
    await silent.until(({ ended }) => ended !== "open");
    await eventually(() => streams.connections === 0);
  });

  test("and floods an open stream is no longer read, and costs a bounded memory", async () => {
    const hub = openHub();
    const { port, server } = await serveLean(hub.respond);
    const sockets: { readonly isPaused: () => boolean; readonly bytesRead: number }[] = [];
    server.on("connection", (socket) => sockets.push(socket));
    using client = WireClient.open(port, "/", ACCEPT);
    await client.untilBody("sse.mark");
    const flood = Buffer.alloc(65_536, "x");
    for (let n = 0; n < 40; n++) client.socket.write(flood);
    await eventually(() => sockets[0]?.isPaused() === true);
    await hub.publish("note", "still");
    await client.untilBody("data: still");
    expect(sockets[0]?.bytesRead).toBeLessThan(1_000_000);
  });

  test("and leaves at any stage leaves nothing behind", async () => {
    const hub = openHub();
    const { port, streams } = await serveLean(async (request) => {
      await new Promise((resolve) => setImmediate(resolve));
      return hub.respond(request);
    });
    const request = `GET / HTTP/1.1\r\n${HEAD}`;
    for (const length of [0, 1, 10, request.length - 1, request.length]) {
      using client = WireClient.send(port, request.slice(0, length));
      await once(client.socket, "connect");
      await new Promise((resolve) => setTimeout(resolve, 5));
      client.socket.resetAndDestroy();
    }
    await eventually(() => streams.connections === 0 && hub.stats().connections === 0);
  });
});

test.each([
  ["a stream that is over by then", "/stream", "\r\n0\r\n\r\n"],
  ["an answer without a body", "/none", "HTTP/1.1 204 No Content\r\n"],
])(
  "a server that closes is closed after %s, though the client would keep its connection",
  async (_, path, last) => {
    const hub = openHub();
    let respond = (): void => {};
    const asked = vi.fn();
    const { port, server } = await serveLean((request) => {
      if (request.url.endsWith("/stream")) return hub.respond(request);
      asked();
      return new Promise((resolve) => {
        respond = () => resolve(new Response(null, { status: 204 }));
      });
    });
    using client = WireClient.open(port, path, ACCEPT);
    await eventually(() => hub.stats().connections + asked.mock.calls.length > 0);
    const closed = once(server, "close");
    server.close();
    await hub.close();
    respond();
    await closed;
    await client.until(({ ended }) => ended !== "open");
    expect(client.received).toContain(last);
  },
);

test("after stop the server gets everything, and what is open goes on", async () => {
  const hub = openHub();
  const { port, streams, ordinary } = await serveLean(hub.respond);
  using client = WireClient.open(port, "/", ACCEPT);
  await client.untilBody("sse.mark");
  streams.stop();
  using other = WireClient.open(port, "/", ACCEPT);
  await other.until(({ received }) => received.includes("ordinary GET /"));
  await hub.publish("note", "on");
  await client.untilBody("data: on");
  expect(ordinary).toEqual(["GET /"]);
});

test("a server of another kind and an origin that is none are refused", () => {
  expect(() => leanStreams({} as Server, () => undefined)).toThrow("node:http or node:https");
  expect(() => leanStreams(createServer(), () => undefined, { origin: "example.com" })).toThrow("origin");
});
