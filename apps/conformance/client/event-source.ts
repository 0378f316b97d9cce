import { EventSource, type EventSourceErrorEvent } from "@sse/client";
import type { Reply } from "../../../packages/client/test/server/script.ts";
import { holds, same, thrownBy } from "../runners/assert.ts";
import type { Check } from "../runners/check.ts";
import {
  AT_ONCE,
  BEATS,
  beating,
  beatsToLeave,
  type ClientTools,
  inTime,
  messages,
  once,
  stream,
} from "./tools.ts";

const TWICE =
  "its fetch takes header values for Latin-1 and sends them as UTF-8, so that no header can hold such an id; the query can";
const FIRST_BYTE =
  "its fetch gives no response before the first byte of the body; our servers begin with a comment";
const REDIRECTED =
  "a fetch that is aborted after a redirect keeps its connection until a heartbeat comes, in a worker the second";
type Init = ConstructorParameters<typeof EventSource>[1];

/** Opens a source, and closes it when the check is over. */
async function withSource(
  url: string,
  init: Init,
  use: (source: EventSource) => Promise<void>,
): Promise<void> {
  const source = new EventSource(url, { reconnect: AT_ONCE, ...init });
  try {
    await use(source);
  } finally {
    source.close();
  }
}

/** The data of the messages that a body is read as. */
async function dataOf(tools: ClientTools, count: number, ...body: readonly (string | { base64: string })[]) {
  const { url } = await tools.play(stream(...body));
  let got: readonly string[] = [];
  await withSource(url, {}, async (source) => {
    got = await messages(source, count);
  });
  return got;
}

/** Leads elsewhere. */
const redirect = (location: string): Reply => ({
  status: 302,
  headers: { location, "cache-control": "no-store" },
});

/** Whether a first answer of this kind fails the connection, or opens it. */
async function outcome(tools: ClientTools, status: number, contentType: string | null): Promise<string> {
  const { url } = await tools.play({
    ...{ status, headers: { "content-type": contentType } },
    body: status === 200 ? [":\n"] : [],
  });
  let type = "";
  await withSource(url, { reconnect: undefined }, async (source) => {
    ({ type } = await once(source, "open", "error"));
    if (type === "error") same(source.readyState, EventSource.CLOSED, "readyState");
  });
  return type;
}

export const eventSource: readonly Check<ClientTools>[] = [
  {
    name: "EventSource has the constants on the class, the prototype and instances",
    run() {
      for (const [name, value] of Object.entries({ CONNECTING: 0, OPEN: 1, CLOSED: 2 })) {
        for (const owner of [EventSource, EventSource.prototype]) {
          const found = Object.getOwnPropertyDescriptor(owner, name);
          same(found, { value, writable: false, enumerable: true, configurable: false }, name);
        }
      }
    },
  },
  {
    name: "EventSource has the shape that Web IDL gives it",
    run() {
      for (const name of ["url", "withCredentials", "readyState", "onopen", "onmessage", "onerror"]) {
        const found = Object.getOwnPropertyDescriptor(EventSource.prototype, name);
        same([typeof found?.get, found?.enumerable], ["function", true], name);
      }
      same([EventSource.name, EventSource.length], ["EventSource", 1]);
      holds(EventSource.prototype instanceof EventTarget, "it is no EventTarget");
      same(Object.prototype.toString.call(EventSource.prototype), "[object EventSource]");
    },
  },
  {
    name: "the constructor throws a SyntaxError for what is no URL, and a TypeError for nothing",
    run() {
      const thrown = thrownBy(() => new EventSource("http://[bad/"));
      holds(thrown instanceof DOMException, "it is no DOMException");
      same(thrown.name, "SyntaxError");
      // Nothing is what no type allows.
      holds(thrownBy(() => Reflect.construct(EventSource, [])) instanceof TypeError, "it is no TypeError");
    },
  },
  {
    name: "a relative URL is resolved where there is a location, and a SyntaxError elsewhere",
    run({ runtime }) {
      const inPage = /chromium|firefox|webkit/.test(runtime);
      if (!inPage)
        return same(Reflect.get(thrownBy(() => new EventSource("feed")) as object, "name"), "SyntaxError");
      const source = new EventSource("feed");
      source.close();
      same(source.url, new URL("feed", location.href).href);
    },
  },
  {
    name: "a source is CONNECTING, then OPEN with an open event, then CLOSED",
    async run({ play }) {
      const { url } = await play(stream());
      await withSource(url, {}, async (source) => {
        same([source.readyState, source.url, source.withCredentials], [0, url, false]);
        await once(source, "open");
        same(source.readyState, 1);
        source.close();
        same(source.readyState, 2);
      });
    },
  },
  {
    name: "a source opens before the first byte of the body",
    gaps: { firefox: FIRST_BYTE, "firefox worker": FIRST_BYTE },
    async run({ play }) {
      const { url } = await play({ end: "hold" });
      await withSource(url, {}, async (source) => {
        // Closed also where it never opens: a page has six connections to an origin.
        holds(await inTime(once(source, "open")), "not open after 2 s");
      });
    },
  },
  {
    name: "a request accepts text/event-stream, and nothing else",
    async run({ play }) {
      const { url, seen } = await play(stream());
      await withSource(url, {}, async () => {
        const [request] = await seen(1);
        same([request?.method, request?.headers.accept], ["GET", "text/event-stream"]);
        same(request?.headers["last-event-id"], undefined, "last-event-id");
      });
    },
  },
  {
    name: "a message has data, type, lastEventId and the origin of the stream",
    async run({ play }) {
      const { url } = await play(stream("id: 7\ndata: a\ndata: b\n\n"));
      await withSource(url, {}, async (source) => {
        const { data, type, lastEventId, origin } = await once(source, "message");
        same(
          { data, type, lastEventId, origin },
          { data: "a\nb", type: "message", lastEventId: "7", origin: new URL(url).origin },
        );
      });
    },
  },
  {
    name: "an event with a type goes to its listeners, not to onmessage",
    async run({ play }) {
      const { url } = await play(stream("event: tick\ndata: 1\n\ndata: 2\n\n"));
      await withSource(url, {}, async (source) => {
        const tick = once(source, "tick");
        const message = new Promise<MessageEvent>((resolve) => {
          source.onmessage = resolve;
        });
        same([(await tick).data, (await message).data], ["1", "2"]);
      });
    },
  },
  {
    name: "LF, CR and CRLF end lines, and a BOM is no part of the first",
    run: async (tools) =>
      same(await dataOf(tools, 3, "\ufeffdata: a\r\n\r\n", "data: b\r\r", "data: c\n\n"), ["a", "b", "c"]),
  },
  {
    name: "one space after the colon is left out, comments and unknown fields are ignored",
    run: async (tools) =>
      same(await dataOf(tools, 2, ": c\n", "what: x\ndata:  a\n\n", "data:\n\n"), [" a", ""]),
  },
  {
    name: "a block without data is no event, but its id counts",
    async run({ play }) {
      const { url } = await play(stream("id: 5\n\n", "data: a\n\n"));
      await withSource(url, {}, async (source) => same((await once(source, "message")).lastEventId, "5"));
    },
  },
  {
    name: "characters of several bytes arrive whole when they are split over chunks",
    async run(tools) {
      const bytes = new TextEncoder().encode("data: 日本 🚀\n\n");
      const parts = [...bytes].map((byte) => ({ base64: btoa(String.fromCharCode(byte)) }));
      same(await dataOf(tools, 1, ...parts), ["日本 🚀"]);
    },
  },
  {
    name: "invalid UTF-8 becomes U+FFFD",
    run: async (tools) =>
      same(await dataOf(tools, 1, "data: a", { base64: btoa("\xff") }, "b\n\n"), ["a\ufffdb"]),
  },
  {
    name: "an event of two megabytes arrives whole",
    async run(tools) {
      const [data = ""] = await dataOf(tools, 1, `data: ${"0123456789".repeat(200_000)}\n\n`);
      same([data.length, data.slice(-3)], [2_000_000, "789"]);
    },
  },
  {
    name: "a lost connection is an error event in CONNECTING, then it comes back with the last event ID",
    async run({ play }) {
      const { url, seen, open } = await play(
        { body: ["id: 3\ndata: a\n\n", { gate: "cut" }], end: "fin" },
        stream("data: b\n\n"),
      );
      await withSource(url, {}, async (source) => {
        const states: number[] = [];
        source.onerror = () => states.push(source.readyState);
        const both = messages(source, 2);
        await once(source, "message");
        // A page may lose what came right before the cut.
        await open("cut");
        same(await both, ["a", "b"]);
        same(states, [0]);
        same((await seen(2))[1]?.headers["last-event-id"], "3");
      });
    },
  },
  {
    name: "a stream that ends is a lost connection",
    async run({ play }) {
      const { url } = await play({ body: ["data: a\n\n"] }, stream("data: b\n\n"));
      await withSource(url, {}, async (source) => same(await messages(source, 2), ["a", "b"]));
    },
  },
  {
    name: "the last event ID goes out as UTF-8",
    gaps: { webkit: TWICE, "webkit worker": TWICE },
    async run({ play }) {
      const { url, seen } = await play({ body: ["id: 日本\ndata: a\n\n"] }, stream());
      await withSource(url, {}, async () => {
        const sent = (await seen(2))[1]?.headers["last-event-id"] ?? "";
        same(new TextDecoder().decode(Uint8Array.from(sent, (c) => c.charCodeAt(0))), "日本");
      });
    },
  },
  {
    name: "an id with NUL is ignored, and an empty one starts over",
    async run({ play }) {
      const { url, seen } = await play(
        { body: ["id: 1\ndata: a\n\nid: 2\0\ndata: b\n\nid\ndata: c\n\n"] },
        stream(),
      );
      await withSource(url, {}, async (source) => {
        const ids: string[] = [];
        source.onmessage = ({ lastEventId }) => ids.push(lastEventId);
        same((await seen(2))[1]?.headers["last-event-id"], undefined);
        same(ids, ["1", "1", ""]);
      });
    },
  },
  {
    name: "an event that is not finished is dropped",
    async run({ play }) {
      const { url } = await play({ body: ["data: a\n\ndata: torn\n"] }, stream("data: b\n\n"));
      await withSource(url, {}, async (source) => same(await messages(source, 2), ["a", "b"]));
    },
  },
  {
    name: "retry sets how long it waits",
    async run({ play }) {
      const { url, seen } = await play({ body: ["retry: 300\n\n"] }, stream());
      await withSource(url, {}, async () => {
        const [first, second] = await seen(2);
        holds((second?.at ?? 0) - (first?.at ?? 0) >= 290, "it came back too early");
      });
    },
  },
  {
    name: "close() in a handler stops the rest of the chunk",
    async run({ play }) {
      const { url, seen } = await play(stream("data: 1\n\ndata: 2\n\ndata: 3\n\n"));
      const got: string[] = [];
      await withSource(url, {}, async (source) => {
        source.onmessage = ({ data }) => {
          if (got.push(data) === 2) source.close();
        };
        await seen(1, 1);
      });
      same(got, ["1", "2"]);
    },
  },
  {
    name: "close() in an error handler stops the reconnection",
    async run({ play }) {
      const { url, seen } = await play({ body: [] });
      await withSource(url, {}, async (source) => {
        await new Promise<void>((resolve) => {
          source.onerror = () => {
            source.close();
            resolve();
          };
        });
        same([source.readyState, (await seen(1)).length], [2, 1]);
      });
    },
  },
  {
    name: "close() lets go of the connection",
    async run({ play }) {
      const { url, seen } = await play(stream("data: a\n\n"));
      await withSource(url, {}, async (source) => {
        // Not at once when it opens: a fetch that a worker of Firefox aborts in that moment may go on to the next bytes.
        await once(source, "message");
        source.close();
        same((await seen(1, 1)).length, 1);
      });
    },
  },
  ...[200].flatMap((status) =>
    ["text/event-stream", "text/event-stream;charset=UTF-8", "TEXT/Event-Stream ; x=1"].map((type) => ({
      name: `${status} with ${type} opens`,
      run: async (tools: ClientTools) => same(await outcome(tools, status, type), "open"),
    })),
  ),
  ...["text/html", "text/event-streams", "application/json", "text/event-stream, text/html"].map((type) => ({
    name: `200 with ${type} fails for good`,
    run: async (tools: ClientTools) => same(await outcome(tools, 200, type), "error"),
  })),
  ...[204, 404, 500, 503].map((status) => ({
    name: `${status} fails for good`,
    run: async (tools: ClientTools) =>
      same(await outcome(tools, status, status === 204 ? null : "text/event-stream"), "error"),
  })),
  ...[301, 307].map((status) => ({
    name: `${status} is followed, and a reconnection asks the first URL again`,
    async run({ play }: ClientTools) {
      const target = await play({ body: ["data: a\n\n"] }, { body: ["data: b\n\n", { gate: "over" }] });
      const { url, seen } = await play({ ...redirect(target.url), status });
      await withSource(url, {}, async (source) => {
        same(await messages(source, 2), ["a", "b"]);
        same([source.url, (await seen(2)).length], [url, 2]);
      });
      await target.open("over");
    },
  })),
  {
    name: "a redirect to another origin is followed, and its events have that origin",
    async run({ play }) {
      const target = await play({ body: ["data: a\n\n", { gate: "over" }] });
      const { url } = await play(redirect(target.elsewhere));
      await withSource(url, {}, async (source) =>
        same((await once(source, "message")).origin, new URL(target.elsewhere).origin),
      );
      await target.open("over");
    },
  },
  ...([0, 2] as const).map((beats) => ({
    name: `close() after a redirect lets go of the connection${BEATS[beats]}`,
    gaps: beats === 0 ? { firefox: REDIRECTED, "firefox worker": REDIRECTED } : {},
    async run({ play }: ClientTools) {
      const target = await play(beating);
      const { url } = await play(redirect(target.url));
      await withSource(url, {}, (source) => once(source, "message").then(() => {}));
      const took = await beatsToLeave(target);
      holds(took <= beats, `not before ${took} heartbeats`);
    },
  })),
  {
    name: "headers, method and body go with the request",
    async run({ play }) {
      const { url, seen } = await play(stream("data: a\n\n"));
      await withSource(
        url,
        { method: "POST", headers: { "x-token": "t" }, body: "question" },
        async (source) => {
          await once(source, "message");
          const [request] = await seen(1);
          same([request?.method, request?.headers["x-token"], request?.body], ["POST", "t", "question"]);
        },
      );
    },
  },
  {
    name: "an error event says why",
    async run({ play }) {
      const { url } = await play({ status: 403, body: ["no"] });
      await withSource(url, {}, async (source) => {
        const error = await new Promise<EventSourceErrorEvent["error"]>((resolve) => {
          source.addEventListener("error", (event) => resolve(event.error));
        });
        same([error?.code, Reflect.get(error ?? {}, "status")], ["response-refused", 403]);
      });
    },
  },
  {
    name: "fromReadableStream gives the events of a stream at hand, then is closed",
    async run() {
      const chunk = new TextEncoder().encode("data: a\n\n");
      const source = EventSource.fromReadableStream(
        new ReadableStream({
          start(controller) {
            controller.enqueue(chunk);
            controller.close();
          },
        }),
      );
      const ended = once(source, "error");
      same((await once(source, "message")).data, "a");
      await ended;
      same(source.readyState, 2);
    },
  },
];
