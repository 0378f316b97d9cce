import { defineEvents, isSseError, json } from "@sse/protocol";
import { afterEach, describe, expect, inject, test } from "vitest";
import { AT_ONCE, once, play } from "../test/server/client.ts";
import type { Reply } from "../test/server/script.ts";
import { EventSource, type EventSourceOptions } from "./event-source.ts";
import type { EventSourceErrorEvent } from "./event-source-events.ts";

const sources: EventSource[] = [];
afterEach(() => {
  for (const source of sources.splice(0)) source.close();
});
function open(url: string | URL, options?: EventSourceOptions<never>): EventSource {
  const source = new EventSource(url, { reconnect: AT_ONCE, ...options });
  sources.push(source);
  return source;
}
const stream = (...body: NonNullable<Reply["body"]>): Reply => ({ body, end: "hold" });
const message = (source: EventTarget, type = "message") => once(source, type) as Promise<MessageEvent>;

describe("the interface", () => {
  test("has the constants on the interface object, the prototype and instances, and they cannot be changed", async () => {
    const source = open((await play(stream())).url);
    for (const [name, value] of Object.entries({ CONNECTING: 0, OPEN: 1, CLOSED: 2 })) {
      for (const owner of [EventSource, EventSource.prototype]) {
        const descriptor = Object.getOwnPropertyDescriptor(owner, name);
        expect(descriptor).toEqual({ value, writable: false, enumerable: true, configurable: false });
      }
      expect((source as unknown as Record<string, unknown>)[name]).toBe(value);
    }
  });

  test("has enumerable accessors on the prototype and nothing on the instance", async () => {
    const source = open((await play(stream())).url);
    for (const name of ["url", "withCredentials", "readyState", "onopen", "onmessage", "onerror"]) {
      const descriptor = Object.getOwnPropertyDescriptor(EventSource.prototype, name);
      expect([name, typeof descriptor?.get, descriptor?.enumerable]).toEqual([name, "function", true]);
    }
    expect(Object.prototype.toString.call(source)).toBe("[object EventSource]");
    expect(EventSource.length).toBe(1);
    expect(source).toBeInstanceOf(EventTarget);
    for (const attribute of ["url", "readyState"] as const) {
      expect(() => EventSource.prototype[attribute]).toThrow(TypeError);
    }
  });

  test("throws a SyntaxError for what is no URL, and a TypeError for nothing", () => {
    expect(() => new EventSource("http://[bad/")).toThrow(expect.objectContaining({ name: "SyntaxError" }));
    expect(() => new EventSource("http://[bad/")).toThrow(DOMException);
    expect(() => new EventSource("http://this has spaces/")).toThrow(DOMException);
    expect(() => new (EventSource as unknown as new () => unknown)()).toThrow(TypeError);
    expect(() => new EventSource(Symbol("http://x.test/") as never)).toThrow(TypeError);
    expect([EventSource.name, EventSource.length]).toEqual(["EventSource", 1]);
  });

  test("makes a string of what is given, also of undefined, and takes no options that are no object", () => {
    const make = (...given: readonly unknown[]) => new EventSource(...(given as [string]));
    if (typeof document !== "undefined") {
      const source = make(undefined);
      sources.push(source);
      expect(source.url).toMatch(/\/undefined$/);
    }
    expect(() => make("http://x.test/", 1)).toThrow(TypeError);
  });

  test("fails for good where there is no network that could come back", async () => {
    const source = open("mailto:somebody@example.org");
    const event = await once(source, "error");
    expect([source.readyState, (event as EventSourceErrorEvent).error?.code]).toEqual([2, "connection-lost"]);
  });

  test("resolves a relative URL against the document, and refuses it where there is none", () => {
    if (typeof document === "undefined") {
      expect(() => new EventSource("/stream")).toThrow(expect.objectContaining({ name: "SyntaxError" }));
      return;
    }
    const source = open("stream?x#y");
    expect(source.url).toBe(new URL("stream?x#y", document.baseURI).href);
  });

  test("is CONNECTING at first, shows its URL and its credentials mode, and takes null for its options", async () => {
    const { url } = await play(stream());
    const source = open(url, { withCredentials: true });
    expect([source.readyState, source.url, source.withCredentials]).toEqual([0, url, true]);
    const bare = new EventSource(url, null as unknown as undefined);
    sources.push(bare);
    expect(bare.withCredentials).toBe(false);
  });
});

describe("handlers", () => {
  test("take their place among the listeners when they are first set, and lose it by null", async () => {
    const { url, open: gate } = await play(stream({ gate: "go" }, "data: 1\n\n"));
    const source = open(url);
    const heard: string[] = [];
    const handler = (name: string) => () => void heard.push(name);
    source.onmessage = handler("first");
    source.addEventListener("message", handler("second"));
    source.onmessage = handler("replaced");
    source.onerror = handler("never");
    source.onerror = null;
    source.addEventListener("message", handler("third"));
    const [onmessage] = [source.onmessage];
    expect(onmessage).toBe(source.onmessage);
    expect(source.onerror).toBe(null);
    const came = message(source);
    await gate("go");
    await came;
    expect(heard).toEqual(["replaced", "second", "third"]);
    source.onmessage = null;
    source.onmessage = handler("last");
    source.dispatchEvent(new Event("message"));
    expect(heard).toEqual(["replaced", "second", "third", "second", "third", "last"]);
  });

  test("are called on the source, may be objects that do nothing, and are null for other values", async () => {
    const source = open((await play(stream())).url);
    let self: unknown;
    source.onopen = function (this: unknown) {
      self = this;
    };
    await once(source, "open");
    expect(self).toBe(source);
    const object = {} as never;
    source.onopen = object;
    source.dispatchEvent(new Event("open"));
    expect(source.onopen).toBe(object);
    source.onopen = 5 as never;
    expect(source.onopen).toBe(null);
  });

  test("that close the source keep back the rest of the chunk and cancel the request", async () => {
    const { url, seen } = await play(stream("data: 1\n\ndata: 2\n\n"));
    const source = open(url);
    const got: unknown[] = [];
    source.onmessage = ({ data }) => {
      got.push(data);
      source.close();
    };
    const [request] = await seen(1, 1);
    expect(request?.left).toBe(true);
    expect([got, source.readyState]).toEqual([["1"], 2]);
  });
});

describe("opening", () => {
  test("sends the standard's request", async () => {
    const { url, seen } = await play(stream());
    const source = open(url);
    await once(source, "open");
    expect(source.readyState).toBe(1);
    const [request] = await seen(1);
    expect(request?.method).toBe("GET");
    expect(request?.headers.accept).toBe("text/event-stream");
    expect(request?.headers).not.toHaveProperty("last-event-id");
  });

  test("uses the credentials mode that it was given", async () => {
    const modes: string[] = [];
    const fetch = async (request: Request) => {
      modes.push(`${request.credentials} ${request.cache} ${request.redirect}`);
      return new Response(null, { status: 204 });
    };
    await once(open("http://x.test/", { fetch }), "error");
    await once(open("http://x.test/", { fetch, withCredentials: true }), "error");
    expect(modes.map((mode) => mode.split(" ")[0])).toEqual(["same-origin", "include"]);
    expect(modes[0]?.endsWith("follow")).toBe(true);
  });

  const opens = [
    "text/event-stream",
    "Text/Event-Stream;charset=UTF-8",
    "text/event-stream; charset=windows-1252",
    "text/event-stream;",
    " text/event-stream ;x=y",
  ];
  for (const type of opens) {
    test(`accepts '${type}', and decodes it as UTF-8`, async () => {
      const { url } = await play({ ...stream("data: ü\n\n"), headers: { "content-type": type } });
      expect((await message(open(url))).data).toBe("ü");
    });
  }

  const fails: readonly Reply[] = [
    { headers: { "content-type": "text/event-streamx" } },
    { headers: { "content-type": "text/event-stream, text/html" } },
    { headers: { "content-type": "text/x-bogus" } },
    { headers: { "content-type": null } },
    { headers: { "content-type": "text/html" }, body: ["<h1>Sign in</h1>"] },
    ...[202, 204, 205, 400, 401, 404, 410, 429, 500, 503].map((status) => ({
      status,
      headers: { "content-type": "text/event-stream", "retry-after": "0" },
    })),
  ];
  for (const reply of fails) {
    test(`fails for good on ${reply.status ?? 200} with ${JSON.stringify(reply.headers?.["content-type"])}`, async () => {
      const { url, seen } = await play(reply);
      const source = open(`${url}?token=secret`);
      const { error } = (await once(source, "error")) as EventSourceErrorEvent;
      expect(source.readyState).toBe(2);
      expect(isSseError(error) && error.code).toBe("response-refused");
      expect(error?.message).not.toContain("secret");
      expect(await seen()).toHaveLength(1);
    });
  }
});

describe("messages", () => {
  test("carry type, data, last event ID and the origin of the final URL", async () => {
    const { url } = await play(stream("id: 7\ndata: a\ndata: b\n\nevent: named\ndata: c\n\n"));
    const other = inject("otherServer");
    const redirecting = await play({
      status: 302,
      headers: { location: url.replace(inject("scriptServer"), other) },
    });
    const source = open(redirecting.url);
    const named = message(source, "named");
    const first = await message(source);
    expect([first.data, first.lastEventId, first.origin]).toEqual(["a\nb", "7", other]);
    expect(first).toBeInstanceOf(MessageEvent);
    expect([(await named).data, (await named).lastEventId]).toEqual(["c", "7"]);
    expect(source.url).toBe(redirecting.url);
  });

  test("of the wire profile are dispatched like others, for there is no contract", async () => {
    const { url } = await play(
      stream(": sse=1\n\nevent: sse.mark\nid: e.1\ndata\n\nevent: sse.end\nid: sse.end\ndata\n\n"),
    );
    const source = open(url);
    const end = message(source, "sse.end");
    expect((await message(source, "sse.mark")).lastEventId).toBe("e.1");
    expect((await end).data).toBe("");
    expect(source.readyState).toBe(1);
  });

  test("that repeat an id are all dispatched: without a contract ids are opaque", async () => {
    const { url } = await play(
      stream(": sse=1\nid: e.2\ndata: 1\n\nid: e.2\ndata: 2\n\nid: e.1\ndata: 3\n\n"),
    );
    const source = open(url);
    const got: unknown[] = [];
    await new Promise<void>((resolve) => {
      source.onmessage = ({ data }) => void (got.push(data) === 3 && resolve());
    });
    expect(got).toEqual(["1", "2", "3"]);
  });
});

describe("messages of one chunk", () => {
  const chunk = ["a", "b", "c"].map((data) => `data: ${data}\n\n`).join("");
  const listen = (source: EventTarget) => {
    const got: string[] = [];
    source.addEventListener("message", (event) => got.push((event as MessageEvent).data));
    source.addEventListener("error", () => got.push("error"));
    return got;
  };

  test("are all told before the loss that follows them", async () => {
    const { url } = await play({ body: [chunk], end: "rst" }, { status: 404 });
    const source = open(url);
    const got = listen(source);
    while (source.readyState !== 2) await once(source, "error");
    // A reset may overtake what was sent before it.
    expect([[], ["a", "b", "c"]]).toContainEqual(got.slice(0, -2));
  });

  test("are all told before an event that is too long", async () => {
    const { url } = await play(stream(`${chunk}data: ${"x".repeat(2000)}`));
    const source = open(url, { maxEventBytes: 1000 });
    const got = listen(source);
    await once(source, "error");
    expect(got).toEqual(["a", "b", "c", "error"]);
  });

  test("let promises settle between them, in pages", async () => {
    if (globalThis.location === undefined) return;
    const source = open((await play(stream(chunk))).url);
    const got: string[] = [];
    while (got.length < 3) got.push((await message(source)).data);
    expect(got).toEqual(["a", "b", "c"]);
  });
});

describe("reconnecting", () => {
  test("tells an error while CONNECTING, and goes to the original URL with the last event ID as UTF-8", async () => {
    // Chromium drops what it received and did not hand over yet when the connection breaks, so the cut waits.
    const target = await play({ body: ["id: é日本\ndata: 1\n\n", { gate: "cut" }], end: "fin" });
    const { url, seen } = await play(
      { status: 307, headers: { location: target.url } },
      stream("data: 2\n\n"),
    );
    const source = open(url);
    const states: number[] = [];
    source.onerror = () => states.push(source.readyState);
    expect((await message(source)).data).toBe("1");
    await target.open("cut");
    expect((await message(source)).data).toBe("2");
    expect(states).toEqual([0]);
    const header = (await seen(2))[1]?.headers["last-event-id"] ?? "";
    expect(new TextDecoder().decode(Uint8Array.from(header, (byte) => byte.charCodeAt(0)))).toBe("é日本");
  });

  test("keeps the last event ID over a stream that names none, and drops it after an empty one", async () => {
    const { url, seen } = await play(
      { body: ["id: 1\ndata: 1\n\n"] },
      { body: ["data: 2\n\n"] },
      { body: ["id\ndata: 3\n\n"] },
      stream("data: 4\n\n"),
    );
    const source = open(url);
    const ids: string[] = [];
    await new Promise<void>((resolve) => {
      source.onmessage = ({ data, lastEventId }) => {
        ids.push(lastEventId);
        if (data === "4") resolve();
      };
    });
    expect(ids).toEqual(["1", "1", "", ""]);
    expect((await seen(4)).map(({ headers }) => headers["last-event-id"])).toEqual([
      undefined,
      "1",
      "1",
      undefined,
    ]);
  });

  test("stops when an error handler closes", async () => {
    const { url, seen } = await play({ body: ["data: 1\n\n"] });
    const source = open(url);
    await new Promise<void>((resolve) => {
      source.onerror = () => {
        source.close();
        resolve();
      };
    });
    expect(source.readyState).toBe(2);
    expect(await seen()).toHaveLength(1);
  });

  test("waits as long as `retry` said", async () => {
    const { url } = await play({ body: ["retry: 123456\ndata: 1\n\n"] });
    const source = open(url);
    const { error } = (await once(source, "error")) as EventSourceErrorEvent;
    expect([source.readyState, error?.code]).toEqual([0, "connection-lost"]);
  });

  test("does not repeat a POST unless it is told to", async () => {
    const { url, seen } = await play({ body: ["data: 1\n\n"] }, stream("data: 2\n\n"));
    const init = { method: "POST", body: "ask", headers: { "x-tenant": "a" } };
    const once1 = new EventSource(url, init);
    sources.push(once1);
    await once(once1, "error");
    expect(once1.readyState).toBe(2);
    const again = open(url, init);
    expect((await message(again)).data).toBe("2");
    expect((await seen(2)).map(({ method, body, headers }) => [method, body, headers["x-tenant"]])).toEqual([
      ["POST", "ask", "a"],
      ["POST", "ask", "a"],
    ]);
  });

  test("never does with reconnect: false", async () => {
    const { url, seen } = await play({ body: ["data: 1\n\n"] });
    const source = open(url, { reconnect: false });
    await once(source, "error");
    expect(source.readyState).toBe(2);
    expect(await seen()).toHaveLength(1);
  });
});

describe("beyond the standard", () => {
  test("an id that cannot be a header is shown, reported and not sent back; the stream lives", async () => {
    const long = "x".repeat(20_000);
    const { url, seen } = await play(
      { body: [`id: 1\ndata: 1\n\nid: ${long}\ndata: 2\n\n`] },
      stream("data: 3\n\n"),
    );
    const issues: string[] = [];
    const source = open(url, { onIssue: ({ kind }) => issues.push(kind) });
    const got: string[] = [];
    await new Promise<void>((resolve) => {
      source.onmessage = ({ data, lastEventId }) => {
        got.push(lastEventId.length > 9 ? "long" : lastEventId);
        if (data === "3") resolve();
      };
    });
    expect(got).toEqual(["1", "long", "1"]);
    expect(issues).toEqual(["id"]);
    expect((await seen(2))[1]?.headers["last-event-id"]).toBe("1");
  });

  test("a line without end fails for good", async () => {
    const { url, seen } = await play(stream(`data: ${"x".repeat(3000)}`));
    const source = open(url, { maxEventBytes: 2000 });
    const { error } = (await once(source, "error")) as EventSourceErrorEvent;
    expect([source.readyState, error?.code]).toEqual([2, "limit-exceeded"]);
    expect(await seen(1, 1)).toHaveLength(1);
  });

  test("a signal closes without an event", async () => {
    const { url, seen } = await play(stream("data: 1\n\n"));
    const abort = new AbortController();
    const source = open(url, { signal: abort.signal });
    const heard: string[] = [];
    await message(source);
    source.onerror = () => heard.push("error");
    abort.abort();
    expect(source.readyState).toBe(2);
    await seen(1, 1);
    expect(heard).toEqual([]);
    expect(open(url, { signal: abort.signal }).readyState).toBe(2);
  });

  test("lastEventId begins at a position", async () => {
    const { url, seen } = await play(stream("data: 1\n\n"));
    expect((await message(open(url, { lastEventId: "9" }))).lastEventId).toBe("9");
    expect((await seen(1))[0]?.headers["last-event-id"]).toBe("9");
  });

  test("a contract types the data, reports what does not fit, and its end closes", async () => {
    const market = defineEvents({ tick: json<{ price: number }>(), over: json<null>() }, { end: ["over"] });
    const text =
      'event: tick\ndata: {"price":1}\n\nevent: tick\ndata: {\n\nevent: over\ndata: null\n\nevent: tick\ndata: {}\n\n';
    const { url } = await play(stream(text));
    const issues: string[] = [];
    const source = new EventSource(url, {
      events: market,
      onIssue: ({ kind, type }) => issues.push(`${kind} ${type}`),
    });
    const prices: number[] = [];
    source.addEventListener("tick", ({ data }) => prices.push(data.price));
    await once(source, "over");
    expect([prices, issues, source.readyState]).toEqual([[1], ["invalid tick"], 2]);
  });

  test("fromReadableStream has no URL that leads anywhere and no origin, and takes no stream that is being read", async () => {
    const bytes = new TextEncoder().encode("data: a\n\n");
    const source = EventSource.fromReadableStream(new Blob([bytes]).stream());
    expect([source.url, source.withCredentials]).toEqual(["about:event-stream", false]);
    expect((await message(source)).origin).toBe("null");
    const locked = new ReadableStream<Uint8Array>();
    locked.getReader();
    expect(() => EventSource.fromReadableStream(locked)).toThrow(TypeError);
  });

  test("fromReadableStream dispatches a stream's events and closes at its end", async () => {
    const text = new TextEncoder().encode("id: 1\ndata: ü\n\nevent: x\ndata: 2\n\n");
    const bytes = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of text) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const source = EventSource.fromReadableStream(bytes);
    const opened = once(source, "open");
    const x = message(source, "x");
    expect((await message(source)).data).toBe("ü");
    expect((await x).lastEventId).toBe("1");
    expect((await opened).type).toBe("open");
    await once(source, "error");
    expect(source.readyState).toBe(2);
  });

  test("fromReadableStream shows where the stream is and the reconnection time, for whoever goes on with another one", async () => {
    const { readable, writable } = new TransformStream<Uint8Array>();
    const source = EventSource.fromReadableStream(readable);
    sources.push(source);
    expect([source.lastEventId, source.reconnectionTime]).toEqual(["", 3000]);
    const writer = writable.getWriter();
    const write = (text: string) => void writer.write(new TextEncoder().encode(text)).catch(() => {});
    write("id: 42\nretry: 5000\ndata: first\n\n");
    await message(source);
    expect([source.lastEventId, source.reconnectionTime]).toEqual(["42", 5000]);
    write("retry: soon\ndata: second\n\n");
    expect((await message(source)).data).toBe("second");
    expect([source.lastEventId, source.reconnectionTime]).toEqual(["42", 5000]);
  });

  test("fromReadableStream has the stream for itself at once, and close() cancels it, read or not", async () => {
    for (const closeAfter of [async () => {}, (source: EventTarget) => once(source, "open")]) {
      let cancelled = 0;
      const stream = new ReadableStream<Uint8Array>({ cancel: () => void cancelled++ });
      const source = EventSource.fromReadableStream(stream);
      expect(stream.locked).toBe(true);
      await closeAfter(source);
      source.close();
      await expect.poll(() => cancelled).toBe(1);
    }
  });

  test("fromReadableStream takes the rest of a stream, and nothing that is no stream", async () => {
    const chunks = ["data: a\n\n", "data: b\n\n"].map((text) => new TextEncoder().encode(text));
    const rest = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk);
      },
    });
    const reader = rest.getReader();
    await reader.read();
    reader.releaseLock();
    const source = EventSource.fromReadableStream(rest);
    sources.push(source);
    expect((await message(source)).data).toBe("b");
    for (const wrong of [undefined, null, {}, "data: a"]) {
      expect(() => EventSource.fromReadableStream(wrong as never)).toThrow(TypeError);
    }
  });
});
