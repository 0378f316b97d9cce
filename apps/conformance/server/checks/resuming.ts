import { connect } from "@sse/client";
import { defineEvents, text } from "@sse/protocol";
import { holds, same } from "../../runners/assert.ts";
import type { Check } from "../../runners/check.ts";
import { eventually, type RemoteHub, type ServerTools } from "../tools.ts";

const events = defineEvents({ note: text() });

function from(hub: RemoteHub, lastEventId: string) {
  return hub.open({ headers: { "last-event-id": lastEventId } });
}

function gapFor(what: string, lastEventId: string, reason: string): Check<ServerTools> {
  return {
    name: `${what} as the last event ID is a gap (${reason}), never everything`,
    async run(tools) {
      const hub = await tools.hub();
      const [first = ""] = await hub.publish({ texts: ["one", "two"] });
      using client = from(hub, lastEventId.replace("EPOCH", first.split(".")[0] ?? ""));
      await client.until(new RegExp(`event: sse\\.gap\ndata: .*"reason":"${reason}"`));
      await hub.publish({ texts: ["three"] });
      const body = await client.until("data: three\n\n");
      holds(!body.includes("data: one") && !body.includes("data: two"), body);
    },
  };
}

/** How clients come back. */
export const resuming: readonly Check<ServerTools>[] = [
  {
    name: "a client that comes back gets exactly what it missed, then what follows",
    async run(tools) {
      const hub = await tools.hub();
      const ids = await hub.publish({ count: 500, bytes: 100 });
      using client = from(hub, ids[99] ?? "");
      const [after] = await hub.publish({ texts: ["live"] });
      const body = await client.until("data: live\n\n");
      const got = [...body.matchAll(/id: (\S+)\nevent: note/g)].map(([, id]) => id);
      same(got, [...ids.slice(100), after]);
      holds(!body.includes("sse.gap"), "a gap");
    },
  },
  {
    name: "what is not kept any more is a gap (expired), then the rest",
    async run(tools) {
      const hub = await tools.hub({ replay: { maxEvents: 3 } });
      const ids = await hub.publish({ texts: ["one", "two", "three", "four", "five", "six"] });
      using client = from(hub, ids[0] ?? "");
      const body = await client.until("data: six\n\n");
      holds(/"reason":"expired".*data: four.*data: five/s.test(body) && !body.includes("data: three"), body);
    },
  },
  gapFor("garbage", "'; DROP TABLE events; --", "invalid"),
  gapFor("an id of the future", "EPOCH.999999", "future"),
  gapFor("an id of another log", "abcdefghijkl.1", "unknown-epoch"),
  {
    name: "our client reads every event once over cuts, and ends with the stream",
    async run(tools) {
      const hub = await tools.hub({ limits: { maxDurationMs: 400 } });
      const stream = connect(events, hub.url(), {
        reconnect: { minDelayMs: 0, maxDelayMs: 20 },
        signal: AbortSignal.timeout(60_000),
      });
      const got: string[] = [];
      const reading = (async () => {
        for await (const event of stream) {
          if (event.type === "note" && got.push(event.data) === 60) return;
        }
      })();
      await eventually(
        () => hub.facts(),
        ({ stats }) => stats.connections === 1,
      );
      for (let n = 0; n < 60; n++) {
        await hub.publish({ texts: [`event ${n}`] });
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
      await reading;
      same(
        got,
        Array.from({ length: 60 }, (_, n) => `event ${n}`),
      );
      const { closed } = await hub.facts();
      holds(closed.includes("rotated"), `it was never cut: ${closed}`);
    },
  },
];
