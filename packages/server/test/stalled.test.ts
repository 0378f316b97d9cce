import { once } from "node:events";
import { connect, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { defineEvents, text } from "@sse/protocol";
import { afterEach, describe, expect, test, vi } from "vitest";
import { eventStream } from "../src/event-stream.ts";
import { createHub } from "../src/hub.ts";
import { toNodeListener } from "../src/node.ts";
import { eventually, serve } from "./support/serve.ts";
import { WireClient } from "./support/wire-client.ts";

const events = defineEvents({ log: text() });
/** More than the buffers of two sockets hold. */
const TOO_MUCH = 16 * 1_048_576;

afterEach(() => {
  vi.useRealTimers();
});

describe("a client that reads slowly", () => {
  test("is left alone as long as bytes leave, however long one event takes", async () => {
    const stalled = vi.fn();
    const maxStallMs = 400;
    await using hub = createHub(events, {
      limits: { maxStallMs, maxEventBytes: false },
      hooks: { stalled },
    });
    await using served = await serve(hub.respond);
    using client = WireClient.open(served.port);
    await client.untilBody("sse.mark");
    const start = performance.now();
    let bytes = 0;
    client.socket.on("data", (data: string) => {
      bytes += data.length;
      client.socket.pause();
      setTimeout(() => client.socket.resume(), 6);
    });
    await hub.publish("log", "x".repeat(TOO_MUCH));
    await eventually(() => bytes > TOO_MUCH, 30_000);
    expect(performance.now() - start).toBeGreaterThan(2 * maxStallMs);
    expect(stalled).not.toHaveBeenCalled();
    expect(hub.stats().connections).toBe(1);
  }, 40_000);
});

describe("a client that does not read", () => {
  test("is cut after maxStallMs, in the middle of an event", async () => {
    const stalled = vi.fn();
    await using hub = createHub(events, {
      limits: { maxStallMs: 50, maxEventBytes: false },
      hooks: { stalled },
    });
    await using served = await serve(hub.respond);
    using client = WireClient.open(served.port);
    await client.untilBody("sse.mark");
    client.socket.pause();
    await hub.publish("log", "x".repeat(TOO_MUCH));
    await eventually(() => served.sockets.size === 0);
    expect(stalled).toHaveBeenCalledTimes(1);
    expect(hub.stats().connections).toBe(0);
  });

  test("does not keep its socket after the end of its stream", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    let closed = "";
    await using served = await serve((request) =>
      eventStream(events, request, (connection) => {
        connection.closed.then((reason) => {
          closed = reason;
        });
        connection.send("log", "x".repeat(TOO_MUCH - 1000));
        connection.end();
      }),
    );
    using client = WireClient.open(served.port);
    client.socket.pause();
    await eventually(() => [...served.sockets].some((socket) => socket.writableNeedDrain));
    expect(closed).toBe("ended");
    await eventually(() => {
      vi.advanceTimersByTime(10_000);
      return served.sockets.size === 0;
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("does not keep its stream of HTTP/2 after the end, however little waits", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const handler = (request: Request): Response =>
      eventStream(events, request, (connection) => {
        connection.send("log", "little");
        connection.end();
      });
    const server = createServer(toNodeListener(handler) as never).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const session = connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 0 } });
    const stream = session.request({ ":path": "/" }).resume();
    const cut = once(stream, "close").catch((error: unknown) => error);
    await once(stream, "response");
    await eventually(() => {
      vi.advanceTimersByTime(10_000);
      return stream.closed;
    });
    expect(await cut).toMatchObject({ message: expect.stringContaining("NGHTTP2_INTERNAL_ERROR") });
    await eventually(() => vi.getTimerCount() === 0);
    session.close();
    await new Promise((resolve) => server.close(resolve));
  });

  test("but goes on before it is cut gets everything, in the time that it takes", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    await using served = await serve((request) =>
      eventStream(events, request, (connection) => {
        connection.send("log", "x".repeat(TOO_MUCH - 1000));
        connection.end();
      }),
    );
    using client = WireClient.open(served.port);
    let bytes = 0;
    client.socket.on("data", (data: string) => {
      bytes += data.length;
      vi.advanceTimersByTime(100); // some 25 s in all
      client.socket.pause();
      setTimeout(() => client.socket.resume(), 1);
    });
    await eventually(() => bytes > TOO_MUCH, 30_000);
    expect(client.ended).toBe("open");
  }, 40_000);
});
