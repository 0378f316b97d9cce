import { same } from "../../runners/assert.ts";
import type { Check } from "../../runners/check.ts";
import { eventually, type ServerTools } from "../tools.ts";

const ONLY_A_WRITE =
  "it does not look at a connection on which nothing is written: the next heartbeat finds that the client has gone";

/** A generator's client leaves in this way: everything is told, once. */
function leaves(kind: "idle" | "busy", how: "fin" | "rst"): Check<ServerTools> {
  return {
    name: `a client that leaves ${kind === "idle" ? "an idle" : "a busy"} stream (${how}) aborts the signal and runs finally`,
    gaps: kind === "idle" && how === "fin" ? { workerd: ONLY_A_WRITE } : {},
    async run(tools) {
      // The heartbeat would find it in any case; here the runtime has to say it.
      using stream = tools.stream(kind, {}, "&heartbeatMs=600000");
      await stream.client.until(kind === "idle" ? "data: first" : "data: busy 3");
      stream.client.leave(how);
      const { closed, signalAborted, finallyRan, errors } = await eventually(
        () => stream.facts(),
        (seen) => seen.finallyRan > 0,
      );
      same(
        { closed, signalAborted, finallyRan, errors },
        {
          closed: ["client"],
          signalAborted: 1,
          finallyRan: 1,
          errors: [],
        },
      );
    },
  };
}

/** What becomes of a stream whose client leaves. */
export const leaving: readonly Check<ServerTools>[] = [
  leaves("idle", "fin"),
  leaves("idle", "rst"),
  leaves("busy", "fin"),
  leaves("busy", "rst"),
  {
    name: "the signal of the request says that the client has left",
    gaps: { workerd: ONLY_A_WRITE },
    async run(tools) {
      using stream = tools.stream("idle", {}, "&heartbeatMs=600000");
      await stream.client.until("data: first");
      stream.client.leave();
      await eventually(
        () => stream.facts(),
        ({ requestAborted }) => requestAborted === 1,
      );
    },
  },
  {
    name: "a hub forgets a client that leaves while nothing is sent",
    gaps: { workerd: ONLY_A_WRITE },
    async run(tools) {
      const hub = await tools.hub({ heartbeatMs: 600_000 });
      using client = hub.open();
      await client.until("sse.mark");
      same((await hub.facts()).stats.connections, 1, "connections");
      client.leave();
      const { closed } = await eventually(
        () => hub.facts(),
        ({ stats }) => stats.connections === 0,
      );
      same(closed, ["client"], "closed");
    },
  },
  {
    name: "a silent stream whose client has gone is found within one heartbeat",
    async run(tools) {
      const hub = await tools.hub({ heartbeatMs: 4000 });
      using client = hub.open();
      await client.until("sse.mark");
      client.leave();
      const left = Date.now();
      await eventually(
        () => hub.facts(),
        ({ stats }) => stats.connections === 0,
      );
      const tookMs = Date.now() - left;
      // Found by the first; a machine that is busy may write it as late as the second would come.
      same(tookMs < 8000, true, `found within a heartbeat, after ${tookMs} ms:`);
    },
  },
];
