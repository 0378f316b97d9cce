import { InvalidOptionError } from "@sse/protocol";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { eventStream } from "../src/event-stream.ts";
import { toNodeListener, writeResponse } from "../src/node.ts";
import { eventually, listen, type Served, serve } from "./support/serve.ts";
import { WireClient } from "./support/wire-client.ts";

const MEBIBYTE = "x".repeat(1_048_576);

/** Sends these bytes as a request of their own, and returns the whole answer. */
async function raw({ port }: Served, text: string): Promise<string> {
  using client = WireClient.send(port, text);
  await client.until(({ ended }) => ended !== "open");
  return client.received;
}

/** A stream that says hello and then nothing; `reason` is set when it is closed. */
function quietStream() {
  const seen: { reason?: string } = {};
  const handler = (request: Request): Response =>
    eventStream(null, request, (connection) => {
      connection.send("message", "hello");
      connection.closed.then((reason) => {
        seen.reason = reason;
      });
    });
  return { seen, handler };
}

describe("a request over the wire", () => {
  test("with a path of two slashes is no request to another host", async () => {
    await using served = await serve((request) => new Response(request.url));
    const answer = await raw(
      served,
      "GET //evil.example/x HTTP/1.1\r\nhost: own.example\r\nconnection: close\r\n\r\n",
    );
    expect(answer).toContain("http://own.example//evil.example/x");
  });

  test("in absolute form keeps path and query, and the host of its Host header", async () => {
    await using served = await serve((request) => new Response(request.url));
    const target = "http://evil.example/x?y=1";
    const answer = await raw(
      served,
      `GET ${target} HTTP/1.1\r\nhost: own.example\r\nconnection: close\r\n\r\n`,
    );
    expect(answer).toContain("http://own.example/x?y=1");
  });

  test.each([
    ["no host in HTTP/1.0", "GET / HTTP/1.0\r\n"],
    ["a host that is no address where it looks like one", "GET / HTTP/1.1\r\nhost: 1.2.3.4.5\r\n"],
    ["two Host headers", "GET / HTTP/1.1\r\nhost: own.example\r\nHost: evil.example\r\n"],
    ["two hosts in one", "GET / HTTP/1.1\r\nhost: own.example, evil.example\r\n"],
    ["an absolute URL that is none", "GET http://[ HTTP/1.1\r\nhost: own.example\r\n"],
    ["a method that fetch forbids", "TRACE / HTTP/1.1\r\nhost: own.example\r\n"],
  ])("with %s is answered with 400, and no handler hears of it", async (_, head) => {
    const handler = vi.fn(() => new Response("never"));
    await using served = await serve(handler);
    expect(await raw(served, `${head}connection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(handler).not.toHaveBeenCalled();
  });

  test("whose body nobody reads is answered all the same", async () => {
    await using served = await serve(() => new Response("no, thanks", { status: 413 }));
    const response = await fetch(served.url, { method: "POST", body: MEBIBYTE });
    expect([response.status, await response.text()]).toEqual([413, "no, thanks"]);
  });
});

test("an origin that is none is refused where it is given, not at every request", () => {
  for (const origin of ["api.example", "", "/", "http://"]) {
    expect(() => toNodeListener(() => new Response(), { origin })).toThrow(InvalidOptionError);
  }
});

describe("a response over the wire", () => {
  test("of a finished stream leaves the connection to the next request", async () => {
    await using served = await serve((request) =>
      eventStream(null, request, (connection) => {
        connection.send("message", request.url.slice(-1));
        connection.end();
      }),
    );
    using client = WireClient.open(served.port, "/1");
    await client.until(({ received }) => received.endsWith("0\r\n\r\n"));
    client.socket.write(`GET /2 HTTP/1.1\r\nhost: 127.0.0.1:${served.port}\r\n\r\n`);
    await client.until(({ received }) => received.includes("data: 2") && received.endsWith("0\r\n\r\n"));
    expect(client.ended).toBe("open");
  });

  test("that somebody else began is let alone, and the body is let go", async () => {
    const cancel = vi.fn();
    await using served = await listen(async (req, res) => {
      res.writeHead(200).write("mine");
      await writeResponse(new Response(new ReadableStream({ cancel })), req, res);
      res.end();
    });
    expect(await (await fetch(served.url)).text()).toBe("mine");
    expect(cancel).toHaveBeenCalledTimes(1);
  });

  test("whose body has something else than bytes is cut, and told to onError", async () => {
    const onError = vi.fn();
    const body = () => new ReadableStream({ start: (controller) => controller.enqueue({ not: "bytes" }) });
    await using served = await listen(toNodeListener(() => new Response(body()), { onError }));
    using client = WireClient.open(served.port);
    await client.until(({ ended }) => ended !== "open");
    expect(client.received).not.toMatch(/0\r\n\r\n$/);
    expect(onError.mock.calls).toEqual([[expect.any(TypeError)]]);
  });

  test.each([
    ["a handler", () => Promise.reject(new Error("the handler")), 500],
    [
      "a body",
      () => new Response(new ReadableStream({ start: (body) => body.error(new Error("the body")) })),
      200,
    ],
  ])("ends no process where %s fails, and then onError as well", async (_, handler, status) => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    onTestFinished(() => log.mockRestore());
    const onError = (): never => {
      throw new Error("the reporter");
    };
    await using served = await listen(toNodeListener(handler, { onError }));
    using client = WireClient.open(served.port);
    await eventually(() => log.mock.calls.length > 0);
    expect(log).toHaveBeenCalledExactlyOnceWith(new Error("the reporter"));
    await client.until(({ received, ended }) => received.includes("\r\n\r\n") || ended !== "open");
    expect(client.status).toBe(status);
  });

  test("whose body fails while its client does not read is cut, not waited for", async () => {
    const onError = vi.fn();
    let fail = (): void => {};
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (let count = 0; count < 12; count++) controller.enqueue(new TextEncoder().encode(MEBIBYTE));
        fail = () => controller.error(new Error("cut"));
      },
    });
    await using served = await listen(toNodeListener(() => new Response(body), { onError }));
    using client = WireClient.open(served.port);
    client.socket.pause();
    await eventually(() => [...served.sockets].some((socket) => socket.writableNeedDrain));
    fail();
    await eventually(() => served.sockets.size === 0);
    expect(onError.mock.calls).toEqual([[new Error("cut")]]);
  });
});

describe("a client that leaves", () => {
  test("before the handler has answered aborts the signal; the answer is let go", async () => {
    const cancel = vi.fn();
    let answer: ((response: Response) => void) | undefined;
    let signal: AbortSignal | undefined;
    await using served = await serve((request) => {
      ({ signal } = request);
      return new Promise((resolve) => {
        answer = resolve;
      });
    });
    using client = WireClient.open(served.port);
    await eventually(() => answer !== undefined);
    client.socket.destroy();
    await eventually(() => signal?.aborted === true);
    answer?.(new Response(new ReadableStream({ cancel })));
    await eventually(() => cancel.mock.calls.length === 1);
  });

  test.each(["FIN", "RST"])("an idle stream (%s) is noticed at once", async (how) => {
    const { seen, handler } = quietStream();
    await using served = await serve(handler);
    using client = WireClient.open(served.port);
    await client.untilBody("hello");
    if (how === "RST") client.socket.resetAndDestroy();
    else client.socket.destroy();
    await eventually(() => seen.reason === "client");
  });

  test("a body that is wrapped stops the stream inside", async () => {
    const { seen, handler } = quietStream();
    await using served = await serve((request) => {
      const inner = handler(request);
      return new Response(inner.body?.pipeThrough(new TransformStream()) ?? null, inner);
    });
    using client = WireClient.open(served.port);
    await client.untilBody("hello");
    client.socket.resetAndDestroy();
    await eventually(() => seen.reason === "client");
  });

  test("in the middle of its own request ends nothing but that", async () => {
    const onError = vi.fn();
    const handler = async (request: Request): Promise<Response> => new Response(await request.text());
    await using served = await listen(toNodeListener(handler, { onError }));
    const half = "POST / HTTP/1.1\r\nhost: own.example\r\ncontent-length: 1000\r\n\r\nhalf";
    using client = WireClient.send(served.port, half);
    await eventually(() => [...served.sockets].some(({ bytesRead }) => bytesRead === half.length));
    client.socket.resetAndDestroy();
    await eventually(() => onError.mock.calls.length === 1);
    expect(await (await fetch(served.url, { method: "POST", body: "alive" })).text()).toBe("alive");
  });

  test("while much waits for it frees everything", async () => {
    const reasons: string[] = [];
    await using served = await serve((request) =>
      eventStream(null, request, async function* (connection) {
        connection.closed.then((reason) => reasons.push(reason));
        for (;;) yield { type: "message", data: MEBIBYTE };
      }),
    );
    using client = WireClient.open(served.port);
    client.socket.pause();
    await eventually(() => [...served.sockets].some((socket) => socket.writableNeedDrain));
    client.socket.resetAndDestroy();
    await eventually(() => reasons.length === 1);
    expect(reasons).toEqual(["client"]);
  });

  test("after the answer was whole aborts nothing", async () => {
    let signal: AbortSignal | undefined;
    await using served = await serve((request) => {
      ({ signal } = request);
      return new Response("whole");
    });
    using client = WireClient.open(served.port);
    await client.until(({ received }) => received.endsWith("0\r\n\r\n"));
    client.socket.destroy();
    await eventually(() => served.sockets.size === 0);
    expect(signal?.aborted).toBe(false);
  });
});
