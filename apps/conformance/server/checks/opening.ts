import { holds, same } from "../../runners/assert.ts";
import type { Check } from "../../runners/check.ts";
import type { ServerTools } from "../tools.ts";

/** How an answer begins. */
export const opening: readonly Check<ServerTools>[] = [
  {
    name: "a stream is 200 with the headers that keep proxies and caches from holding it",
    async run(tools) {
      using stream = tools.stream("idle");
      const { status, headers } = await stream.client.head();
      same(status, 200, "status");
      same(headers.get("content-type"), "text/event-stream; charset=utf-8");
      same(headers.get("cache-control"), "no-store, private, no-transform");
      same(headers.get("x-accel-buffering"), "no");
      same(headers.get("content-length"), null, "content-length");
    },
  },
  {
    name: "a stream begins with a comment that names the heartbeat, and retry, spread by a quarter",
    async run(tools) {
      using stream = tools.stream("idle", {}, "&heartbeatMs=5000");
      const body = await stream.client.until("data: first\n\n");
      const [, retry] = /^: sse=1 heartbeat=5000\n\nretry: (\d+)\n\n/.exec(body) ?? [];
      holds(Number(retry) >= 750 && Number(retry) <= 1250, `it begins ${JSON.stringify(body)}`);
    },
  },
  {
    name: "a hub begins with a mark, the position to come back to",
    async run(tools) {
      const hub = await tools.hub();
      using client = hub.open();
      await client.until(/id: \S+\nevent: sse\.mark\ndata:/);
    },
  },
  {
    name: "HEAD has the headers of GET and starts no producer",
    async run(tools) {
      using stream = tools.stream("idle", { method: "HEAD" });
      const { status, headers } = await stream.client.head();
      same([status, headers.get("content-type")], [200, "text/event-stream; charset=utf-8"]);
      same((await stream.facts()).opened, 0, "opened");
    },
  },
  {
    name: "an Accept that excludes the media type is answered with 406",
    async run(tools) {
      using refused = tools.stream("idle", { headers: { accept: "text/html, */*;q=0" } });
      same((await refused.client.head()).status, 406, "status");
      using taken = tools.stream("idle", { headers: { accept: "text/*" } });
      same((await taken.client.head()).status, 200, "status");
      same((await refused.facts()).opened, 0, "opened");
    },
  },
];
