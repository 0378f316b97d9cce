import { holds, same } from "../../runners/assert.ts";
import type { Check } from "../../runners/check.ts";
import { eventually, type ServerTools } from "../tools.ts";

const SECRET = "1234";

/** How a stream ends, and what of a failure its client learns. */
export const ending: readonly Check<ServerTools>[] = [
  {
    name: "a callback's events, ids and comments arrive, and the stream stays open",
    async run(tools) {
      using stream = tools.stream("callback");
      await stream.client.until("id: 1\nevent: note\ndata: called\n\n: a comment\n\n");
      same(stream.client.isOver, false, "over");
    },
  },
  {
    name: "end() says sse.end and closes; who comes back with its id gets 204",
    async run(tools) {
      using stream = tools.stream("ends");
      holds(
        /data: last\n\nid: sse\.end\nevent: sse\.end\ndata: \n\n$/.test(await stream.client.over()),
        "no end",
      );
      same((await stream.facts()).closed, ["ended"], "closed");
      using again = tools.stream("ends", { headers: { "last-event-id": "sse.end" } });
      same((await again.client.head()).status, 204, "status");
    },
  },
  {
    name: "close() closes without sse.end",
    async run(tools) {
      using stream = tools.stream("closes");
      holds((await stream.client.over()).endsWith("data: last\n\n"), "it ends with something else");
      same((await stream.facts()).closed, ["closed"], "closed");
    },
  },
  {
    name: "noMoreEvents is 204 without a body",
    async run(tools) {
      using stream = tools.stream("gone");
      const { status, headers } = await stream.client.head();
      same([status, headers.get("content-type"), stream.client.body], [204, null, ""]);
    },
  },
  {
    name: "the last event ID of the request is the producer's, as UTF-8",
    async run(tools) {
      const id = Buffer.from("größe 5").toString("latin1");
      using stream = tools.stream("echo", { headers: { "last-event-id": id } });
      const body = await stream.client.until(">\n");
      holds(Buffer.from(body, "latin1").toString().includes("id <größe 5>"), body);
    },
  },
  {
    name: "an error before the first byte is a 500 without details",
    async run(tools) {
      using stream = tools.stream("fails-before");
      same((await stream.client.head()).status, 500, "status");
      holds(!stream.client.body.includes(SECRET), "the client sees the message");
      same((await stream.facts()).errors, ["Error: the secret of the database is 1234"], "errors");
    },
  },
  {
    name: "an error after the first byte is sse.error with an opaque id, the details go to onError alone",
    async run(tools) {
      using stream = tools.stream("fails-after");
      const body = await stream.client.over();
      const [, id] = /event: sse\.error\ndata: \{"id":"([^"]+)"\}\n\n$/.exec(body) ?? [];
      holds(id !== undefined && !body.includes(SECRET), body);
      const seen = await stream.facts();
      same(seen.errors, [`${id} Error: the secret of the database is 1234`], "errors");
      same([seen.closed, seen.finallyRan], [["error"], 1], "closed, and finally blocks");
    },
  },
  {
    name: "a hub whose authorize throws answers 500 without details",
    async run(tools) {
      const hub = await tools.hub({ authorize: true });
      using client = hub.open({}, "&user=broken");
      same((await client.head()).status, 500, "status");
      const { errors } = await eventually(
        () => hub.facts(),
        (facts) => facts.errors.length > 0,
      );
      holds(!client.body.includes(SECRET) && errors[0]?.includes(SECRET), `${errors}`);
    },
  },
];
