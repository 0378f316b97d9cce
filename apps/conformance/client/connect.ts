import { type ConnectOptions, connect } from "@sse/client";
import { defineEvents, isSseError, json } from "@sse/protocol";
import { holds, same } from "../runners/assert.ts";
import type { Check } from "../runners/check.ts";
import { AT_ONCE, type ClientTools, collect, stream } from "./tools.ts";

const numbers = defineEvents({ n: json<number>(), over: json<null>() }, { end: ["over"] });
const n = (value: number) => `event: n\ndata: ${value}\nid: ${value}\n\n`;
const OVER = "event: over\ndata: null\n\n";
const options = { reconnect: AT_ONCE };

/** What a loop over the stream gives: the data, and the code of what it threw. */
async function read(url: string, given: ConnectOptions = {}) {
  const { got, thrown } = await collect(connect(numbers, url, { ...options, ...given }));
  return { data: got.map((event) => event.data), code: isSseError(thrown) ? thrown.code : thrown };
}

export const subscription: readonly Check<ClientTools>[] = [
  {
    name: "connect gives typed events to its loop, and ends with the contract's end event",
    async run({ play }) {
      const { url } = await play(stream(n(1), n(2), OVER, n(3)));
      same(await read(url), { data: [1, 2, null], code: undefined });
    },
  },
  {
    name: "connect gives events to listeners; closed says ended",
    async run({ play }) {
      const { url } = await play(stream(n(1), OVER));
      const one = connect(numbers, url, options);
      const heard: unknown[] = [];
      one.on("n", ({ data }) => heard.push(data));
      one.on("*", ({ type }) => heard.push(type));
      same([await one.closed, heard, one.state.status], ["ended", [1, "n", "over"], "closed"]);
    },
  },
  {
    name: "leaving the loop lets go of the connection",
    async run({ play }) {
      const { url, seen } = await play(stream(n(1), n(2)));
      for await (const { data } of connect(numbers, url, options)) {
        same(data, 1);
        break;
      }
      same((await seen(1, 1)).length, 1);
    },
  },
  ...(["fin", "rst", "end"] as const).map((end) => ({
    name: `every event comes exactly once over three cuts (${end})`,
    async run({ play }: ClientTools) {
      const log = [1, 2, 3, 4].map((value) => ({ id: `${value}`, text: n(value) }));
      const { url } = await play(
        { body: [n(1), n(2)], end },
        { log: log.slice(0, 3), body: ["event: n\ndata: 9"], end },
        { log, end },
        { log, body: [OVER] },
      );
      same(await read(url), { data: [1, 2, 3, 4, null], code: undefined });
    },
  })),
  {
    name: "sse.end ends the stream for good",
    async run({ play }) {
      const { url, seen } = await play(stream(n(1), "event: sse.end\nid: sse.end\ndata\n\n"));
      same(await read(url), { data: [1], code: undefined });
      same((await seen(1)).length, 1);
    },
  },
  {
    name: "204 ends it, as stopped",
    async run({ play }) {
      const { url } = await play({ status: 204 });
      const one = connect(numbers, url, options);
      one.on("*", () => {});
      same(await one.closed, "stopped");
    },
  },
  {
    name: "sse.gap is an event where it is asked for",
    async run({ play }) {
      const gap = 'event: sse.gap\ndata: {"from":"1","reason":"trimmed"}\nid: 5\n\n';
      const { url } = await play(stream(": sse=1\n\n", gap, OVER));
      const { got } = await collect(connect(numbers, url, { ...options, gaps: "event" }));
      same(got[0], { type: "sse.gap", data: { from: "1", reason: "trimmed" }, lastEventId: "5" });
    },
  },
  {
    name: "sse.gap is an error where it is asked for",
    async run({ play }) {
      const gap = 'event: sse.gap\ndata: {"from":"1","reason":"trimmed"}\nid: 5\n\n';
      const { url } = await play(stream(": sse=1\n\n", gap));
      const { thrown } = await collect(connect(numbers, url, { ...options, gaps: "throw" }));
      same(isSseError(thrown) && thrown.code, "gap");
    },
  },
  {
    name: "401 asks for other credentials once, and goes on",
    async run({ play }) {
      const { url, seen } = await play({ status: 401 }, stream(OVER));
      let token = "old";
      const refresh = () => {
        token = "new";
      };
      const given = { headers: () => ({ authorization: token }), refresh };
      same((await read(url, given)).data, [null]);
      same(
        (await seen(2)).map(({ headers }) => headers.authorization),
        ["old", "new"],
      );
    },
  },
  {
    name: "401 without other credentials is final",
    async run({ play }) {
      const { url } = await play({ status: 401 });
      same((await read(url)).code, "response-refused");
    },
  },
  {
    name: "503 is tried again, after Retry-After",
    async run({ play }) {
      const { url, seen } = await play({ status: 503, headers: { "retry-after": "1" } }, stream(OVER));
      same((await read(url)).data, [null]);
      const [first, second] = await seen(2);
      holds((second?.at ?? 0) - (first?.at ?? 0) >= 990, "it came back too early");
    },
  },
  {
    name: "404 with a last event ID is gone",
    async run({ play }) {
      const { url } = await play({ status: 404 });
      same((await read(url, { lastEventId: "1" })).code, "gone");
    },
  },
  {
    name: "HTML with 200 is refused, and the error has its text",
    async run({ play }) {
      const { url } = await play({ headers: { "content-type": "text/html" }, body: ["<h1>Sign in</h1>"] });
      const { thrown } = await collect(connect(numbers, url, options));
      holds(isSseError(thrown), "no error of ours");
      same(await (thrown as unknown as { text(): Promise<string> }).text(), "<h1>Sign in</h1>");
    },
  },
  {
    name: "a stream that falls silent is given up, and the next one asked",
    async run({ play }) {
      const { url } = await play(stream(n(1)), stream(OVER));
      same((await read(url, { idleTimeoutMs: 300 })).data, [1, null]);
    },
  },
  {
    name: "the position can go in the query, whatever it is",
    async run({ play }) {
      const { url, seen } = await play({ body: ["id: 日本\nevent: n\ndata: 1\n\n"] }, stream(OVER));
      await read(url, { cursor: "query" });
      const last = (await seen(2))[1];
      same(
        [new URL(last?.url ?? "", url).searchParams.get("lastEventId"), last?.headers["last-event-id"]],
        ["日本", undefined],
      );
    },
  },
  {
    name: "connect does not follow a redirect to another origin",
    async run({ play }) {
      const target = await play(stream(OVER));
      const { url } = await play({ status: 302, headers: { location: target.elsewhere } });
      const { data, code } = await read(url, { reconnect: false });
      same([data, typeof code, (await target.seen()).length], [[], "string", 0]);
    },
  },
  {
    name: "an aborted signal is thrown by the loop",
    async run({ play }) {
      const { url } = await play(stream(n(1)));
      const abort = new AbortController();
      const { thrown } = await collect(
        (async function* () {
          for await (const event of connect(numbers, url, { ...options, signal: abort.signal })) {
            yield event;
            abort.abort(new Error("enough"));
          }
        })(),
      );
      same(String(thrown), "Error: enough");
    },
  },
  {
    name: "ten thousand events come in order",
    async run({ play }) {
      const all = Array.from({ length: 10_000 }, (_, i) => n(i)).join("");
      const { url } = await play(stream(all, OVER));
      const { data } = await read(url);
      holds(
        data.length === 10_001 && data.slice(0, -1).every((value, i) => value === i),
        "not all, or not in order",
      );
    },
  },
];
