import { createServer } from "node:http";
import { InvalidOptionError } from "@sse/protocol";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { BodyReader } from "../test/support/body.ts";
import { eventually, serve } from "../test/support/serve.ts";
import { relay } from "./relay.ts";
import type { RelayOptions } from "./relay-options.ts";

const SSE = { "content-type": "text/event-stream" };
const encoder = new TextEncoder();

/** An upstream that the test writes. */
function upstream(init: ResponseInit = { headers: SSE }) {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const cancelled = vi.fn();
  const pulled = vi.fn();
  const body = new ReadableStream<Uint8Array>(
    {
      start: (given) => {
        controller = given;
      },
      pull: pulled,
      cancel: cancelled,
    },
    { highWaterMark: 0 },
  );
  return {
    response: new Response(body, init),
    cancelled,
    pulled,
    write: (text: string) => controller?.enqueue(encoder.encode(text)),
    end: () => controller?.close(),
    fail: (error: unknown) => controller?.error(error),
  };
}

function relayed(options: RelayOptions = {}) {
  const from = upstream();
  const onError = vi.fn();
  const response = relay(from.response, { heartbeatMs: false, onError, ...options });
  return { ...from, onError, answer: response, body: new BodyReader(response) };
}

/** Without the opening comment. */
const textOf = async (body: BodyReader): Promise<string> => (await body.all()).replace(/^:\n\n/, "");

afterEach(() => vi.useRealTimers());

describe.each<[string, RelayOptions]>([
  ["byte by byte", {}],
  ["event by event", { filter: () => true }],
])("a relay that passes everything on, %s,", (_name, how) => {
  test("keeps events, ids, comments and reconnection times, and never gives half an event", async () => {
    const { body, write, end } = relayed(how);
    const text =
      ": sse=1 heartbeat=15000\n\nretry: 1500\n\nid: 1\nevent: tick\ndata: a\ndata: b\n\n: hi\n\ndata: plain\n\nid: 2\n\n";
    for (const char of `\uFEFF${text}`) write(char);
    write("id: 3\ndata: last\n\n");
    end();
    expect(await textOf(body)).toBe(`${text}id: 3\ndata: last\n\n`);
  });

  test("writes nothing of an event that is not whole yet", async () => {
    const { body, write, end } = relayed(how);
    write("data: 1\n\ndata: 2\n");
    expect(await body.until("data: 1")).toBe(":\n\ndata: 1\n\n");
    write("\n");
    await body.until("data: 2\n\n");
    end();
    await body.all();
  });

  test("whose upstream ends within an event tells the client of an error, without the rest", async () => {
    const { body, write, end, onError } = relayed(how);
    write("data: 1\n\ndata: torn");
    end();
    expect(await textOf(body)).toMatch(/^data: 1\n\nevent: sse\.error\ndata: \{"id":"[\w-]+"\}\n\n$/);
    const { id } = JSON.parse(body.events.at(-1)?.data ?? "");
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: "truncated" }), id);
  });

  test.each([": bye\n", ": bye", "retry: 5\n", ":\n:\n"])(
    "whose upstream ends after %j, without a blank line, ends well: no event is torn",
    async (last) => {
      const { body, write, end, onError } = relayed(how);
      write(`data: 1\n\n${last}`);
      end();
      expect(await textOf(body)).toMatch(/^data: 1\n\n(?!.*sse.error)/s);
      expect(onError).not.toHaveBeenCalled();
    },
  );

  test("whose upstream fails tells the client an opaque id, and you why", async () => {
    const { body, write, fail, onError } = relayed(how);
    write("data: 1\n\ndata: torn");
    await body.until("data: 1");
    const failure = new Error("connect to 10.0.0.7 with secret-token");
    fail(failure);
    expect(await textOf(body)).not.toMatch(/torn|secret|10\.0/);
    expect(onError).toHaveBeenCalledExactlyOnceWith(failure, expect.any(String));
  });

  test("cancels the upstream when the client leaves, while it is quiet", async () => {
    const { body, write, cancelled } = relayed(how);
    write("data: 1\n\n");
    await body.until("data: 1");
    await body.cancel();
    await eventually(() => cancelled.mock.calls.length > 0);
  });

  test("reads no more than the client takes", async () => {
    const { body, write, pulled, end } = relayed(how);
    const large = `data: ${"x".repeat(50_000)}\n\n`;
    write(large);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    // It took what was there, and does not ask for more.
    expect(pulled.mock.calls.length).toBe(0);
    await body.until(large);
    await eventually(() => pulled.mock.calls.length > 0);
    write(large);
    end();
    await body.all();
  });

  test("gives up an upstream with an event past maxEventBytes", async () => {
    const { body, write, cancelled, onError } = relayed({ ...how, maxEventBytes: 100 });
    write(`data: 1\n\ndata: ${"x".repeat(200)}`);
    expect(await textOf(body)).toContain("sse.error");
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: "limit-exceeded" }),
      expect.any(String),
    );
    await eventually(() => cancelled.mock.calls.length > 0);
  });
});

describe("a relay", () => {
  test("leaves events out by filter, and keeps their positions", async () => {
    const { body, write, end } = relayed({ filter: ({ type }) => type === "keep" });
    write("id: 1\nevent: keep\ndata: a\n\nid: 2\nevent: drop\ndata: b\n\nevent: drop\ndata: c\n\n");
    end();
    expect(await textOf(body)).toBe("id: 1\nevent: keep\ndata: a\n\nid: 2\n\n");
  });

  test("changes events by map, what is not given staying as it was; undefined leaves one out", async () => {
    const map: RelayOptions["map"] = ({ type, data }) =>
      data === "drop" ? undefined : type === "a" ? { type: "b", data: data.toUpperCase() } : { id: "own" };
    const { body, write, end } = relayed({ map });
    write("id: 1\nevent: a\ndata: x\n\ndata: y\n\nid: 2\ndata: drop\n\n");
    end();
    expect(await textOf(body)).toBe("id: 1\nevent: b\ndata: X\n\nid: own\ndata: y\n\nid: 2\n\n");
  });

  test("shows reserved events to neither, and passes them on", async () => {
    const seen = vi.fn();
    const { body, write, end } = relayed({ filter: seen, map: seen });
    const text =
      'id: e.1\nevent: sse.gap\ndata: {"from":"e.0","reason":"expired"}\n\nid: sse.end\nevent: sse.end\ndata: \n\n';
    write(text);
    end();
    expect(await textOf(body)).toBe(text);
    expect(seen).not.toHaveBeenCalled();
  });

  test("whose map throws, or makes what cannot be written, ends with an error, and cancels the upstream", async () => {
    for (const map of [
      () => {
        throw new Error("no");
      },
      () => ({ type: "a\nb" }),
    ]) {
      const { body, write, onError, cancelled } = relayed({ map });
      write("data: 1\n\n");
      expect(await textOf(body)).toMatch(/^event: sse\.error\n/);
      expect(onError).toHaveBeenCalledOnce();
      await eventually(() => cancelled.mock.calls.length > 0);
    }
  });

  test("announces no profile of its own: ids of others are no positions", async () => {
    const { body, write, end } = relayed({ heartbeatMs: 1000 });
    write("id: a.2\ndata: 1\n\n");
    end();
    expect(await body.all()).toBe(":\n\nid: a.2\ndata: 1\n\n");
  });

  test("has a heartbeat of its own while the upstream is quiet", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout"] });
    const { body } = relayed({ heartbeatMs: 1000 });
    await body.next();
    await vi.advanceTimersByTimeAsync(1000);
    expect(await body.next()).toBe(":\n\n");
    await body.cancel();
  });

  test("takes an upstream for lost after two and a half of its heartbeats, whatever its own are", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout"] });
    const { body, write, onError, cancelled } = relayed({ heartbeatMs: 500 });
    write(": sse=1 heartbeat=1000\n\n");
    await body.until("heartbeat=1000");
    await vi.advanceTimersByTimeAsync(2000);
    expect(onError).not.toHaveBeenCalled();
    write(":\n\n");
    const rest = body.all();
    await vi.advanceTimersByTimeAsync(2000);
    expect(onError).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1000);
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: "idle-timeout" }),
      expect.any(String),
    );
    expect(await rest).toContain("sse.error");
    expect(cancelled).toHaveBeenCalledOnce();
  });

  test.each<[string, ResponseInit]>([
    ["another media type", { headers: { "content-type": "text/html", "set-cookie": "a=b" } }],
    ["no media type", { headers: {} }],
    ["a media type that begins alike", { headers: { "content-type": "text/event-streams" } }],
    ["an error", { status: 500, headers: SSE }],
    ["a refusal", { status: 401, headers: { ...SSE, "www-authenticate": "secret" } }],
    ["another success", { status: 206, headers: SSE }],
  ])("answers 502 to an upstream with %s, tells nothing of it, and lets it go", async (_name, init) => {
    const { response, cancelled, write } = upstream(init);
    write("a secret stack trace");
    const onError = vi.fn();
    const answer = relay(response, { headers: { "x-own": "1" }, onError });
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: "response-refused", status: init.status ?? 200 }),
      "",
    );
    expect([answer.status, answer.headers.get("x-own")]).toEqual([502, "1"]);
    expect([...answer.headers.keys()].sort()).toEqual(["cache-control", "content-type", "x-own"]);
    expect(await answer.text()).not.toContain("secret");
    expect(cancelled).toHaveBeenCalledOnce();
  });

  test("answers 502 to an upstream that somebody reads already, or that has no body", () => {
    const { response } = upstream();
    response.body?.getReader();
    const onError = vi.fn();
    expect(relay(response, { onError }).status).toBe(502);
    expect(relay(new Response(null, { headers: SSE }), { onError }).status).toBe(502);
    expect(onError).toHaveBeenCalledTimes(2);
    expect(String(onError.mock.calls[0]?.[0])).toContain("no body that can be read");
  });

  test("passes on that there is nothing more", () => {
    expect(relay(new Response(null, { status: 204 })).status).toBe(204);
  });

  test("takes the media type whatever its case and parameters, and no header of the upstream", async () => {
    const headers = {
      "content-type": "Text/Event-Stream; charset=UTF-8",
      "set-cookie": "a=b",
      "x-internal": "1",
    };
    const from = upstream({ headers });
    const answer = relay(from.response);
    expect(answer.status).toBe(200);
    expect([...answer.headers.keys()].sort()).toEqual(["cache-control", "content-type", "x-accel-buffering"]);
    await answer.body?.cancel();
  });

  test("ends with a signal, also one that was aborted before", async () => {
    const abort = new AbortController();
    const { cancelled } = relayed({ signal: abort.signal });
    abort.abort();
    await eventually(() => cancelled.mock.calls.length > 0);
    const late = relayed({ signal: AbortSignal.abort() });
    await eventually(() => late.cancelled.mock.calls.length > 0);
    expect(await late.body.all()).not.toContain("data");
  });

  test("refuses options out of range", () => {
    const { response } = upstream();
    for (const options of [{ heartbeatMs: 0 }, { maxEventBytes: 0 }, { idleTimeoutMs: -1 }]) {
      expect(() => relay(response, options)).toThrow(InvalidOptionError);
    }
    expect(() => relay(response, { maxEventBytes: false as never })).toThrow(InvalidOptionError);
  });

  test("between real servers ends the upstream's request when its client leaves", async () => {
    const left = vi.fn();
    const origin = createServer((_request, answer) => {
      answer.writeHead(200, SSE);
      answer.write("data: 1\n\n");
      answer.on("close", left);
    });
    await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void origin.close());
    const address = origin.address();
    const port = typeof address === "object" ? address?.port : undefined;
    await using server = await serve(async () => relay(await fetch(`http://127.0.0.1:${port}/`)));
    const abort = new AbortController();
    const body = new BodyReader(await fetch(server.url, { signal: abort.signal }));
    await body.until("data: 1");
    abort.abort();
    await eventually(() => left.mock.calls.length > 0);
  });
});
