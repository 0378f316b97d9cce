import { once } from "node:events";
import { createServer, get, ServerResponse } from "node:http";
import { connect as connectHttp2, createServer as createHttp2 } from "node:http2";
import { createRequire } from "node:module";
import { type AddressInfo, Socket } from "node:net";
import { gunzipSync } from "node:zlib";
import { defineEvents, text } from "@sse/protocol";
import compression from "compression";
import express from "express";
import { afterEach, describe, expect, test, vi } from "vitest";
import { eventStream } from "../src/event-stream.ts";
import { createHub } from "../src/hub.ts";
import { toNodeListener } from "../src/node.ts";
import { eventually, listen, serve } from "./support/serve.ts";
import { WireClient } from "./support/wire-client.ts";

const require = createRequire(import.meta.url);
const express4 = require("express4") as typeof express; // the same as far as it is used here

const notes = defineEvents({ note: text() });
const hubs: AsyncDisposable[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const hub of hubs.splice(0)) await hub[Symbol.asyncDispose]();
});

function openHub() {
  const hub = createHub(notes, { heartbeatMs: false });
  hubs.push(hub);
  return hub;
}

/** What is handed to sockets and to responses from here on. */
function watchWrites() {
  const socket = vi.spyOn(Socket.prototype, "write");
  const response = vi.spyOn(ServerResponse.prototype, "write");
  return {
    toSockets: () => socket.mock.calls.map(([piece]) => piece as unknown),
    toResponses: () => response.mock.calls.map(([piece]) => piece as unknown),
  };
}

describe("over HTTP/1.1", () => {
  test("a turn is one write to each socket, of one buffer that all share, framed as one chunk", async () => {
    const hub = openHub();
    await using served = await serve(hub.respond);
    using one = WireClient.open(served.port);
    using two = WireClient.open(served.port);
    await Promise.all([one.untilBody("sse.mark"), two.untilBody("sse.mark")]);
    const { toSockets, toResponses } = watchWrites();
    const read = vi.spyOn(ReadableStreamDefaultReader.prototype, "read");
    for (let n = 0; n < 10; n++) void hub.publish("note", `${n}`);
    await Promise.all([one.untilBody("data: 9"), two.untilBody("data: 9")]);
    const [first, second, ...more] = toSockets();
    expect(more).toEqual([]);
    expect(first).toBe(second);
    expect(Buffer.from(first as Uint8Array).toString()).toMatch(/^[\da-f]+\r\nid: [\s\S]+data: 9\n\n\r\n$/);
    expect([toResponses(), read.mock.calls]).toEqual([[], []]);
    expect(one.chunks.at(-1)?.match(/event: note/g)).toHaveLength(10);
  });

  test("what is larger than a piece arrives whole, in chunks that are right", async () => {
    const hub = openHub();
    await using served = await serve(hub.respond);
    using client = WireClient.open(served.port);
    await client.untilBody("sse.mark");
    for (const length of [65_530, 65_536, 65_537, 200_000]) {
      await hub.publish("note", "x".repeat(length));
      await client.untilBody(`data: ${"x".repeat(length)}\n\n`);
    }
  });

  test("nothing is no chunk, which would be the end of the body", async () => {
    await using served = await serve((request) =>
      eventStream(null, request, (connection) => {
        setImmediate(() => {
          connection.comment("");
          connection.send("a", "");
          setImmediate(() => connection.send("a", "last"));
        });
      }),
    );
    using client = WireClient.open(served.port);
    await client.untilBody("data: last");
    expect(client.chunks).not.toContain("");
  });

  test("a client that does not read is told apart: the sink waits for the socket to drain", async () => {
    let ready = false;
    let sent = 0;
    await using served = await serve((request) =>
      eventStream(null, request, (connection) => {
        setImmediate(() => {
          const piece = "x".repeat(60_000);
          while (connection.send("a", piece)) sent++;
          void connection.ready.then(() => {
            ready = true;
          });
        });
      }),
    );
    using client = WireClient.open(served.port);
    client.socket.pause();
    await eventually(() => sent > 0);
    const [socket] = served.sockets;
    await eventually(() => socket?.writableNeedDrain === true || ready);
    client.socket.resume();
    await eventually(() => client.received.length > sent * 60_000);
    expect(ready).toBe(true);
    expect(client.received.length).toBeGreaterThan(sent * 60_000);
  });

  test("nothing of a stream is left on the socket for the next response", async () => {
    await using served = await serve((request) =>
      eventStream(null, request, (connection) => {
        connection.send("a", "b");
        connection.end();
      }),
    );
    using client = WireClient.open(served.port);
    for (let answers = 2; answers <= 20; answers++) {
      await client.until(({ received }) => received.split("event: sse.end").length === answers);
      await client.until(({ received }) => received.endsWith("0\r\n\r\n"));
      if (answers < 20) client.socket.write("GET / HTTP/1.1\r\nhost: own.example\r\n\r\n");
    }
    const [socket] = served.sockets;
    await eventually(() => (socket?.listenerCount("drain") ?? 0) <= 1); // Node's own
  });
});

describe("the response itself writes", () => {
  /** Everything comes, and nothing went past the response. */
  async function throughTheResponse(client: WireClient, hub: ReturnType<typeof openHub>): Promise<void> {
    await client.untilBody("sse.mark");
    const { toSockets } = watchWrites();
    await hub.publish("note", "through");
    await client.until(({ received }) => received.includes("data: through"));
    const written = toSockets().map((piece) => Buffer.from(piece as string | Uint8Array).toString());
    expect(written.join("")).toContain("data: through");
    expect(written.filter((piece) => /^[\da-f]+\r\nid:/.test(piece))).toEqual([]);
  }

  test("where a middleware replaced its write", async () => {
    const hub = openHub();
    const listener = toNodeListener(hub.respond);
    const written: string[] = [];
    await using served = await listen((req, res) => {
      const write = res.write.bind(res);
      res.write = ((chunk: Uint8Array) => {
        written.push(Buffer.from(chunk).toString());
        return write(chunk);
      }) as typeof res.write; // of its overloads, the one that is used
      listener(req, res);
    });
    using client = WireClient.open(served.port);
    await throughTheResponse(client, hub);
    expect(written.join("")).toBe(client.body);
  });

  test("where it is a proxy that watches its write", async () => {
    const hub = openHub();
    const listener = toNodeListener(hub.respond);
    let writes = 0;
    await using served = await listen((req, res) => {
      const watched = new Proxy(res, {
        get(target, name) {
          const value = Reflect.get(target, name, target) as unknown;
          if (typeof value !== "function") return value;
          if (name === "write") writes++;
          return value.bind(target) as unknown;
        },
      });
      listener(req, watched);
    });
    using client = WireClient.open(served.port);
    await throughTheResponse(client, hub);
    expect(writes).toBeGreaterThan(0);
  });

  test("where a response of somebody's own class writes in its own way", async () => {
    const hub = openHub();
    class Own extends ServerResponse {
      override write = (chunk: unknown): boolean => super.write(chunk);
    }
    const server = createServer({ ServerResponse: Own }, toNodeListener(hub.respond));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    using client = WireClient.open((server.address() as AddressInfo).port);
    await throughTheResponse(client, hub);
    server.closeAllConnections();
    server.close();
  });

  test.each([
    ["5", express],
    ["4", express4],
  ])("where Express %s compresses, and what arrives is compressed", async (_version, framework) => {
    const hub = openHub();
    const app = framework();
    // It leaves event streams alone unless it is told otherwise.
    app.use(compression({ filter: () => true, threshold: 0 }));
    app.use((_req, res, next) => {
      // no-transform, which ours says, forbids it to compress.
      const setHeader = res.setHeader.bind(res);
      res.setHeader = (name, value) => (name === "cache-control" ? res : setHeader(name, value));
      next();
    });
    app.use(toNodeListener(hub.respond) as express.RequestHandler);
    await using served = await listen(app as Parameters<typeof listen>[0]);
    const [response] = await once(get(served.url, { headers: { "accept-encoding": "gzip" } }), "response");
    expect(response.headers["content-encoding"]).toBe("gzip");
    const pieces: Buffer[] = [];
    response.on("data", (piece: Buffer) => pieces.push(piece));
    await hub.publish("note", "compressed");
    await hub.close();
    await once(response, "end");
    expect(gunzipSync(Buffer.concat(pieces)).toString()).toContain("data: compressed");
  });

  test("to a client of HTTP/1.0, which knows no chunks", async () => {
    const hub = openHub();
    await using served = await serve(hub.respond);
    using client = WireClient.send(served.port, "GET / HTTP/1.0\r\nhost: own.example\r\n\r\n");
    await client.until(({ received }) => received.includes("sse.mark"));
    await hub.publish("note", "old");
    await client.until(({ received }) => received.includes("data: old"));
    await hub.close();
    await client.until(({ ended }) => ended !== "open");
    expect(client.received.split("\r\n\r\n")[1]).toMatch(/^: sse=1\n\n[^\r]+data: old\n\n$/);
  });

  test("over HTTP/2, which frames by itself", async () => {
    const hub = openHub();
    const server = createHttp2(toNodeListener(hub.respond) as never).listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = session.request({ ":path": "/" });
    let body = "";
    stream.setEncoding("utf8").on("data", (piece: string) => {
      body += piece;
    });
    await once(stream, "response");
    await hub.publish("note", "framed");
    await eventually(() => body.includes("data: framed"));
    expect(body).not.toMatch(/^[\da-f]+\r\n/);
    await hub.close();
    session.close();
    server.close();
  });

  test("to HEAD not at all", async () => {
    const hub = openHub();
    await using served = await serve(hub.respond);
    using client = WireClient.open(served.port, "/", {}, "HEAD");
    await client.until(({ received }) => received.includes("\r\n\r\n"));
    client.socket.write("HEAD /again HTTP/1.1\r\nhost: own.example\r\n\r\n");
    await client.until(({ received }) => received.split("HTTP/1.1 200").length === 3);
    expect(client.received.replaceAll(/HTTP\/1\.1 200 OK\r\n([^\r]+\r\n)+\r\n/g, "")).toBe("");
  });

  test("where the request before it on the same connection is not answered yet", async () => {
    const hub = openHub();
    let release = (): void => {};
    await using served = await serve(async (request) => {
      if (!request.url.endsWith("/first")) return hub.respond(request);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return new Response("first");
    });
    const head = "HTTP/1.1\r\nhost: own.example\r\n\r\n";
    using client = WireClient.send(served.port, `GET /first ${head}GET /second ${head}`);
    await eventually(() => hub.stats().connections === 1);
    await hub.publish("note", "early");
    release();
    await client.until(({ received }) => received.includes("data: early"));
    expect(client.received.indexOf("first")).toBeLessThan(client.received.indexOf("sse.mark"));
    await hub.publish("note", "late");
    await client.until(({ received }) => received.includes("data: late"));
  });
});
