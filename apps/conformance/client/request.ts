import { request } from "@sse/client";
import { defineEvents, isSseError, json, readEvents, TruncatedError } from "@sse/protocol";
import { holds, same } from "../runners/assert.ts";
import type { Check } from "../runners/check.ts";
import { BEATS, beating, beatsToLeave, type ClientTools, collect, stream } from "./tools.ts";

const tokens = defineEvents({ message: json<{ readonly t: string }>() }, { done: "[DONE]" });
const token = (t: string, id?: string) =>
  `${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify({ t })}\n\n`;
const DONE = "data: [DONE]\n\n";
const CANCELLED =
  "a body that was cancelled keeps its connection until a heartbeat comes, in a worker the second; an aborted fetch does not";

export const oneRequest: readonly Check<ClientTools>[] = [
  {
    name: "request posts JSON and reads an answer up to [DONE]",
    async run({ play }) {
      const { url, seen } = await play(stream(token("Hel"), token("lo"), DONE));
      const { got, thrown } = await collect(request(tokens, url, { json: { prompt: "hi" } }));
      same([got.map(({ data }) => data.t).join(""), thrown], ["Hello", undefined]);
      const [sent] = await seen(1);
      same(
        [sent?.method, sent?.body, sent?.headers["content-type"]],
        ["POST", '{"prompt":"hi"}', "application/json"],
      );
    },
  },
  ...(["end", "fin"] as const).map((end) => ({
    name: `an answer that is cut throws TruncatedError with its last event ID (${end})`,
    async run({ play }: ClientTools) {
      const { url, seen, open } = await play({ body: [token("Hel", "4"), { gate: "cut" }], end });
      const { got, thrown } = await collect(request(tokens, url, { json: {} }), () => open("cut"));
      holds(thrown instanceof TruncatedError, `it is ${thrown}`);
      same([got.length, thrown.lastEventId, (await seen()).length], [1, "4", 1]);
    },
  })),
  {
    name: "without end and done a clean end of the body is finished",
    async run({ play }) {
      const { url } = await play({ body: [token("a")] });
      const { got, thrown } = await collect(request(defineEvents({ message: json() }), url));
      same([got.length, thrown], [1, undefined]);
    },
  },
  {
    name: "resume goes on after a cut, with GET",
    async run({ play }) {
      const { url, seen, open } = await play(
        { body: [token("a", "1"), { gate: "cut" }], end: "fin" },
        stream(token("b", "2"), DONE),
      );
      const { got } = await collect(request(tokens, url, { json: {}, resume: "get" }), () => open("cut"));
      same(got.map(({ data }) => data.t).join(""), "ab");
      same(
        (await seen(2)).map(({ method, headers }) => [method, headers["last-event-id"] ?? null]),
        [
          ["POST", null],
          ["GET", "1"],
        ],
      );
    },
  },
  {
    name: "an answer that is no stream is an error with its text, status and headers",
    async run({ play }) {
      const { url } = await play({
        status: 429,
        headers: { "retry-after": "9" },
        body: ['{"error":"slow"}'],
      });
      const one = request(tokens, url, { json: {} });
      const { thrown } = await collect(one);
      holds(isSseError(thrown), "no error of ours");
      same(await (thrown as unknown as { text(): Promise<string> }).text(), '{"error":"slow"}');
      const { status, headers } = await one.response;
      same([status, headers.get("retry-after")], [429, "9"]);
    },
  },
  {
    name: "leaving the loop cancels the request",
    async run({ play }) {
      const { url, seen } = await play(stream(token("a")));
      for await (const _ of request(tokens, url, { json: {} })) break;
      same((await seen(1, 1)).length, 1);
    },
  },
  {
    name: "readEvents reads a Response",
    async run({ play }) {
      const { url } = await play({ body: ["id: 1\ndata: a\n\n", "data: b\n\n"] });
      const { got } = await collect(readEvents(await fetch(url)));
      same(
        got.map(({ type, data, lastEventId }) => [type, data, lastEventId]),
        [
          ["message", "a", "1"],
          ["message", "b", "1"],
        ],
      );
    },
  },
  {
    name: "readEvents gives batches",
    async run({ play }) {
      const { url } = await play({ body: ["data: a\n\ndata: b\n\n"] });
      const { got } = await collect(readEvents(await fetch(url)).batches());
      same(
        got.map((batch) => batch.map(({ data }) => data)),
        [["a", "b"]],
      );
    },
  },
  ...([0, 2] as const).map((beats) => ({
    name: `leaving the loop of readEvents lets go of the connection${BEATS[beats]}`,
    gaps: beats === 0 ? { firefox: CANCELLED, "firefox worker": CANCELLED } : {},
    async run({ play }: ClientTools) {
      const played = await play(beating);
      for await (const _ of readEvents(await fetch(played.url))) break;
      const took = await beatsToLeave(played);
      holds(took <= beats, `not before ${took} heartbeats`);
    },
  })),
];
