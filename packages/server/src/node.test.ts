import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect as connectHttp2, constants, createServer as createHttp2 } from "node:http2";
import type { AddressInfo } from "node:net";
import { defineEvents, text } from "@sse/protocol";
import { afterEach, describe, expect, test, vi } from "vitest";
import { eventually, listen, serve } from "../test/support/serve.ts";
import { WireClient } from "../test/support/wire-client.ts";
import { eventStream } from "./event-stream.ts";
import type { Grant } from "./grants.ts";
import { createHub } from "./hub.ts";
import { type NodeRequest, type NodeResponse, toNodeListener, toRequest, writeResponse } from "./node.ts";

const notes = defineEvents({ note: text() });
afterEach(() => vi.restoreAllMocks());

async function asked(path: string, headers: Record<string, string> = {}, method = "GET", options = {}) {
  let request: Request | undefined;
  await using served = await listen(
    toNodeListener((incoming) => {
      request = incoming;
      return new Response("ok");
    }, options),
  );
  using client = WireClient.open(served.port, path, headers, method);
  await client.until(({ received }) => received.includes("\r\n\r\n"));
  return { request, status: client.status, port: served.port };
}

describe("the request", () => {
  test("has URL, method and headers, repeated ones too", async () => {
    const { request, port } = await asked("/a/b?c=d", { "X-One": "1", "Last-Event-ID": "\xc3\xa9" });
    expect(request?.url).toBe(`http://127.0.0.1:${port}/a/b?c=d`);
    expect(request?.headers.get("x-one")).toBe("1");
    expect(request?.headers.get("last-event-id")).toBe("\xc3\xa9");
    expect(request?.method).toBe("GET");
  });

  test.each([
    ["//evil.example/x", "//evil.example/x"],
    ["/\\evil.example", "//evil.example"],
    ["http://evil.example/x?y=z", "/x?y=z"],
    ["/@evil.example", "/@evil.example"],
    ["/%0d%0aset-cookie:x", "/%0d%0aset-cookie:x"],
  ])("the path %s cannot change the host", async (path, expected) => {
    const { request, port } = await asked(path);
    expect(request?.url).toBe(`http://127.0.0.1:${port}${expected}`);
  });

  test.each(["a b", "a/b", "a@b", "a:b:c", "a\\b", "a#b", "a?b", "[::1", "a:99999", "", "<script>"])(
    "the host %j is refused with 400, and no handler sees it",
    async (host) => {
      const { request, status } = await asked("/", { host });
      expect([status, request]).toEqual([400, undefined]);
    },
  );

  test.each(["example.com", "example.com:8080", "[::1]:80", "EXAMPLE.com", "xn--bcher-kva.example"])(
    "the host %s is taken",
    async (host) => {
      const { request } = await asked("/", { host });
      expect(request?.url).toBe(new URL(`http://${host}/`).href);
    },
  );

  test("origin replaces what a proxy hides", async () => {
    const { request } = await asked("/x", { host: "10.0.0.1" }, "GET", { origin: "https://example.com" });
    expect(request?.url).toBe("https://example.com/x");
  });

  test("a body is read when somebody reads it; one on GET is left alone", async () => {
    await using served = await serve(async (request) => new Response(`<${await request.text()}>`));
    const answer = await fetch(served.url, { method: "POST", body: "x".repeat(300_000) });
    expect((await answer.text()).length).toBe(300_002);
    using client = WireClient.open(served.port, "/", { "content-length": "5" });
    client.socket.write("hello");
    await client.until(({ received }) => received.includes("<>"));
    const unread = await serve(() => new Response("no"));
    expect((await fetch(unread.url, { method: "POST", body: "x".repeat(300_000) })).status).toBe(200);
    await unread[Symbol.asyncDispose]();
  });

  test("a method that fetch does not know is refused with 400", async () => {
    expect((await asked("/", {}, "TRACE")).status).toBe(400);
  });

  test("keeps the whole URL where Express mounts a handler", async () => {
    let url = "";
    const listener = toNodeListener((request) => {
      url = request.url;
      return new Response();
    });
    await using served = await listen((req, res) => {
      Object.assign(req, { originalUrl: req.url, url: "/" });
      listener(req, res);
    });
    await fetch(`${served.url}mounted/here?x=1`);
    expect(url).toBe(`${served.url}mounted/here?x=1`);
  });
});

describe("the response", () => {
  test("has status, text, headers and every cookie; none that belong to the connection", async () => {
    await using served = await serve(() => {
      const headers = new Headers({
        "x-a": "1",
        connection: "close",
        "keep-alive": "timeout=1",
        upgrade: "x",
      });
      headers.append("set-cookie", "a=1");
      headers.append("set-cookie", "b=2");
      return new Response("body", { status: 418, statusText: "Short and stout", headers });
    });
    using client = WireClient.open(served.port);
    await client.until(({ received }) => received.includes("body"));
    expect(client.head).toMatch(/^HTTP\/1.1 418 Short and stout\r\n/);
    expect(client.head).toContain("x-a: 1");
    expect(client.head).toContain("set-cookie: a=1\r\nset-cookie: b=2");
    expect(client.head.toLowerCase()).not.toMatch(/connection: close|timeout=1\r\n.*timeout|upgrade/);
  });

  test.each<[string, (res: ServerResponse) => void]>([
    ["headers that were set before it", (res) => void res.setHeader("x-before", "1")],
    [
      "what somebody does to the head",
      (res) => {
        const { writeHead } = res;
        res.writeHead = (...given: unknown[]) => {
          res.setHeader("x-before", res.getHeader("x-a") ?? "");
          return Reflect.apply(writeHead, res, given);
        };
      },
    ],
    [
      "what somebody does to its headers",
      (res) => {
        const { setHeader } = res;
        res.setHeader = (name, value) =>
          Reflect.apply(setHeader, res, [name === "x-a" ? "x-before" : name, value]);
      },
    ],
  ])("keeps %s", async (_what, before) => {
    const listener = toNodeListener(() => new Response("body", { headers: { "x-a": "1" } }));
    await using served = await listen((req, res) => {
      before(res);
      listener(req, res);
    });
    expect((await fetch(served.url)).headers.get("x-before")).toBe("1");
  });

  test("HEAD has no body, and an unused body is cancelled", async () => {
    const cancel = vi.fn();
    await using served = await serve(() => new Response(new ReadableStream({ cancel })));
    const answer = await fetch(served.url, { method: "HEAD" });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    await eventually(() => cancel.mock.calls.length === 1);
  });

  test("a body that fails cuts the connection and is reported", async () => {
    const onError = vi.fn();
    const fails = (): Response =>
      new Response(
        new ReadableStream({
          pull(controller) {
            controller.enqueue(new TextEncoder().encode("some"));
            controller.error(new Error("the body"));
          },
        }),
      );
    await using served = await listen(toNodeListener(fails, { onError }));
    await expect(fetch(served.url).then((answer) => answer.text())).rejects.toThrow();
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: "the body" }));
  });

  test("a client that leaves cancels a body of any kind, and nothing is reported", async () => {
    const onError = vi.fn();
    const cancel = vi.fn();
    const body = (): ReadableStream<Uint8Array> =>
      new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(10)), cancel });
    await using served = await listen(toNodeListener(() => new Response(body()), { onError }));
    using client = WireClient.open(served.port);
    await client.until(({ chunks }) => chunks.length > 0);
    client.socket.resetAndDestroy();
    await eventually(() => cancel.mock.calls.length === 1);
    expect(onError).not.toHaveBeenCalled();
  });

  test("a body is pulled at the pace of the client", async () => {
    let pulled = 0;
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      pulled++;
      controller.enqueue(new Uint8Array(65_536));
    };
    await using served = await serve(() => new Response(new ReadableStream({ pull })));
    using client = WireClient.open(served.port);
    client.socket.pause();
    let before = -1;
    await eventually(() => {
      const same = pulled === before && pulled > 0;
      before = pulled;
      return same;
    });
    expect(pulled).toBeLessThan(400);
  });
});

describe("an error of the handler", () => {
  test.each([
    [
      "thrown",
      (): Response => {
        throw new Error("secret");
      },
    ],
    [
      "rejected",
      async (): Promise<Response> => {
        throw new Error("secret");
      },
    ],
    ["a response that is none", (): Response => undefined as never],
  ])("%s is 500 without details, and reported", async (_name, handler) => {
    const onError = vi.fn();
    await using served = await listen(toNodeListener(handler, { onError }));
    const answer = await fetch(served.url);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain("secret");
    expect(onError).toHaveBeenCalledOnce();
  });

  test("is a whole 500, whatever the answer that could not be written said of its own body", async () => {
    const headers = {
      "content-length": "4",
      "content-encoding": "gzip",
      "x-bad": "control \u0001 character",
    };
    const onError = vi.fn();
    const listener = toNodeListener(() => new Response("body", { headers }), { onError });
    await using served = await listen((req, res) => {
      res.setHeader("x-before", "1"); // from here on headers are set one by one
      listener(req, res);
    });
    const answer = await fetch(served.url);
    expect([answer.status, await answer.text()]).toEqual([500, "Internal Server Error\n"]);
    expect(onError).toHaveBeenCalledOnce();
  });

  test("goes to next where there is one", async () => {
    const listener = toNodeListener(() => {
      throw new Error("for Express");
    });
    await using served = await listen((req, res) => {
      listener(req, res, (error) => {
        res.statusCode = 503;
        res.end(String(error));
      });
    });
    const answer = await fetch(served.url);
    expect([answer.status, await answer.text()]).toEqual([503, "Error: for Express"]);
  });
});

describe("HTTP/2", () => {
  test("carries an event stream, several to a connection, and notices a client that leaves", async () => {
    const hub = createHub(notes);
    const server = createHttp2(toNodeListener(hub.respond) as never).listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const open = async () => {
      const stream = session.request({ ":path": "/x?y=1", accept: "text/event-stream" });
      const [headers] = await once(stream, "response");
      let body = "";
      stream.setEncoding("utf8").on("data", (piece: string) => {
        body += piece;
      });
      return { stream, headers, body: () => body };
    };
    const [one, two] = [await open(), await open()];
    expect(one.headers[":status"]).toBe(200);
    expect(one.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    expect(hub.stats().connections).toBe(2);
    await hub.publish("note", "hello");
    await eventually(() => one.body().includes("hello") && two.body().includes("hello"));
    one.stream.close();
    await eventually(() => hub.stats().connections === 1);
    await hub.close();
    await eventually(() => two.stream.closed);
    session.close();
    await new Promise((resolve) => server.close(resolve));
  });

  test.each(["toNodeListener", "toRequest and writeResponse"])(
    "a client that leaves before it is answered is let go, by %s",
    async (way) => {
      let letIn = (): void => {};
      let signal: AbortSignal | undefined;
      const authorize = (request: Request) => {
        ({ signal } = request);
        return new Promise<Grant>((resolve) => {
          letIn = () => resolve({ principal: "p" });
        });
      };
      const closed = vi.fn();
      const hub = createHub(notes, { authorize, hooks: { closed } });
      const settled = vi.fn();
      const halves = async (req: NodeRequest, res: NodeResponse): Promise<void> => {
        const response = await hub.respond(toRequest(req, res));
        await writeResponse(response, req, res).then(settled);
      };
      const listener = way === "toNodeListener" ? toNodeListener(hub.respond) : halves;
      const server = createHttp2(listener as never).listen(0, "127.0.0.1");
      await once(server, "listening");
      const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      const stream = session.request({ ":path": "/", accept: "text/event-stream" });
      await eventually(() => signal !== undefined);
      stream.close(constants.NGHTTP2_CANCEL);
      await eventually(() => signal?.aborted === true);
      letIn();
      await eventually(() => closed.mock.calls.length === 1);
      expect(closed).toHaveBeenCalledWith(expect.anything(), "client");
      await eventually(() => way === "toNodeListener" || settled.mock.calls.length === 1);
      await hub.close();
      session.close();
      await new Promise((resolve) => server.close(resolve));
    },
  );

  test("leaves out what belongs to a connection of HTTP/1.1, and answers all the same", async () => {
    const headers = { te: "gzip", "http2-settings": "AAMAAABk", connection: "close", "x-a": "1" };
    const server = createHttp2(toNodeListener(() => new Response("body", { headers })) as never);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [answer] = await once(session.request({ ":path": "/" }).resume(), "response");
    expect(answer).toMatchObject({ ":status": 200, "x-a": "1" });
    expect(Object.keys(answer)).not.toContain("te");
    session.close();
    await new Promise((resolve) => server.close(resolve));
  });

  test("who comes back to a hub that drains is answered, and led to another session; what is open goes on", async () => {
    const hub = createHub(notes);
    const other = createHub(notes);
    const listener = toNodeListener((request) =>
      request.url.endsWith("/other") ? other.respond(request) : hub.respond(request),
    );
    const server = createHttp2(listener as never).listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const open = session.request({ ":path": "/other" });
    let body = "";
    open.setEncoding("utf8").on("data", (piece: string) => {
      body += piece;
    });
    await eventually(() => body.includes("sse.mark"));
    await hub.drain({ overMs: 0 });
    const goneAway = once(session, "goaway");
    const late = session.request({ ":path": "/" }).setEncoding("utf8");
    const answer = (await late.toArray()).join("");
    expect([late.rstCode, answer]).toEqual([constants.NGHTTP2_NO_ERROR, expect.stringMatching(/^retry: /)]);
    expect(await goneAway).toEqual([constants.NGHTTP2_NO_ERROR, expect.anything(), undefined]);
    await other.publish("note", "hello");
    await eventually(() => body.includes("hello"));
    await Promise.all([hub.close(), other.close()]);
    await eventually(() => session.destroyed);
    await new Promise((resolve) => server.close(resolve));
  });

  test("a body that fails is a reset that is an error, not the end of the body", async () => {
    const onError = vi.fn();
    const start = (controller: ReadableStreamDefaultController): void => {
      controller.enqueue(new TextEncoder().encode("some"));
      setImmediate(() => controller.error(new Error("the body")));
    };
    const fails = (): Response => new Response(new ReadableStream({ start }));
    const server = createHttp2(toNodeListener(fails, { onError }) as never).listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = session.request({ ":path": "/" }).resume();
    await expect(once(stream, "close")).rejects.toThrow("NGHTTP2_INTERNAL_ERROR");
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: "the body" }));
    session.close();
    await new Promise((resolve) => server.close(resolve));
  });

  test("a body of somebody else's is cancelled, too, by a client that leaves before it is written", async () => {
    const cancel = vi.fn();
    const pull = (controller: ReadableStreamDefaultController): void =>
      controller.enqueue(new Uint8Array(65_536));
    let gone = (): void => {};
    const left = new Promise<void>((resolve) => {
      gone = resolve;
    });
    const server = createHttp2(
      toNodeListener(async ({ signal }) => {
        signal.addEventListener("abort", gone);
        await left;
        return new Response(new ReadableStream({ pull, cancel }));
      }) as never,
    ).listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = session.request({ ":path": "/" });
    await once(server, "stream");
    stream.close(constants.NGHTTP2_CANCEL);
    await eventually(() => cancel.mock.calls.length === 1);
    session.close();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe("the short way", () => {
  test.each([
    ["piped through a transform", (body: ReadableStream) => body.pipeThrough(new TransformStream())],
    ["read by somebody who passes it on", (body: ReadableStream) => relay(body)],
    ["of which a copy was made", (body: ReadableStream) => body.tee()[0]],
  ])("is not taken for a body that is %s, and everything arrives all the same", async (_name, wrap) => {
    const hub = createHub(notes);
    await using served = await serve(async (request) => {
      const response = await hub.respond(request);
      if (response.body === null) throw new Error("There is no body.");
      return new Response(wrap(response.body), response);
    });
    using client = WireClient.open(served.port);
    await client.untilBody("sse.mark");
    await hub.publish("note", "through");
    await client.untilBody("data: through");
    await hub.close();
    await client.until(({ received }) => received.endsWith("0\r\n\r\n"));
  });

  test("works by toRequest and writeResponse, and the promise settles when the client leaves", async () => {
    let settled = false;
    await using served = await listen(async (req, res) => {
      await writeResponse(
        eventStream(null, toRequest(req, res), (c) => void c.send("a", "b")),
        req,
        res,
      );
      settled = true;
    });
    using client = WireClient.open(served.port);
    await client.untilBody("data: b");
    expect(settled).toBe(false);
    client.socket.destroy();
    await eventually(() => settled);
  });

  test("a client that left before the response was there is let go", async () => {
    const hub = createHub(notes);
    let release = (): void => {};
    await using served = await serve(async (request) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return hub.respond(request);
    });
    using client = WireClient.open(served.port);
    await eventually(() => String(release) !== "() => {}");
    const gone = once(served.server, "connection").catch(() => {});
    client.socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 20));
    release();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(hub.stats().connections).toBe(0);
    void gone;
    await hub.close();
  });

  test("a reader that stalls over a real socket is cut, and the others get everything", async () => {
    const closed = vi.fn();
    const hub = createHub(notes, { hooks: { closed }, limits: { maxQueueBytes: 262_144 } });
    await using served = await serve(hub.respond);
    using stalled = WireClient.open(served.port);
    using reading = WireClient.open(served.port);
    await Promise.all([stalled.untilBody("sse.mark"), reading.untilBody("sse.mark")]);
    stalled.socket.pause();
    const large = "x".repeat(60_000);
    for (let n = 0; n < 300; n++) {
      void hub.publish("note", `${n} ${large}`);
      await new Promise((resolve) => setImmediate(resolve));
      if (closed.mock.calls.length > 0) break;
    }
    await eventually(() => closed.mock.calls.length > 0);
    expect(closed).toHaveBeenCalledExactlyOnceWith(expect.anything(), "slow");
    await hub.publish("note", "after");
    await eventually(() => reading.received.includes("data: after"));
    await hub.close();
  });
});

function relay(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => reader.cancel(),
  });
}
