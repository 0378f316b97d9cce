import { holds, same } from "../../runners/assert.ts";
import type { Check } from "../../runners/check.ts";
import type { RawClient } from "../raw-client.ts";
import { eventually, type ServerTools } from "../tools.ts";

async function refusedLater(client: RawClient, status: number): Promise<void> {
  const head = await client.head();
  same(head.status, status, "status");
  const wait = Number(head.headers.get("retry-after"));
  holds(wait >= 1 && wait <= 10, `Retry-After is ${wait}`);
}

/** Who may connect, and how many. */
export const guarding: readonly Check<ServerTools>[] = [
  {
    name: "one connection more than maxConnections gets 503 with Retry-After, until one leaves",
    async run(tools) {
      const hub = await tools.hub({ limits: { maxConnections: 2 } });
      using first = hub.open();
      using second = hub.open();
      await Promise.all([first.until("sse.mark"), second.until("sse.mark")]);
      using third = hub.open();
      await refusedLater(third, 503);
      first.leave("rst");
      await eventually(
        () => hub.facts(),
        ({ stats }) => stats.connections === 1,
      );
      using fourth = hub.open();
      await fourth.until("sse.mark");
    },
  },
  {
    name: "one connection more than a principal may have gets 429 with Retry-After, others do not",
    async run(tools) {
      const hub = await tools.hub({ authorize: true, limits: { maxPerPrincipal: 1 } });
      using first = hub.open({}, "&user=ann");
      await first.until("sse.mark");
      using second = hub.open({}, "&user=ann");
      await refusedLater(second, 429);
      using other = hub.open({}, "&user=bob");
      await other.until("sse.mark");
    },
  },
  {
    name: "one connection more than an address may have gets 429",
    async run(tools) {
      const hub = await tools.hub({ limits: { maxPerIp: 1 } });
      using first = hub.open({}, "&ip=10.0.0.1");
      await first.until("sse.mark");
      using second = hub.open({}, "&ip=10.0.0.1");
      await refusedLater(second, 429);
    },
  },
  {
    name: "authorize refuses with its own answer, and revoke ends with sse.reauth",
    async run(tools) {
      const hub = await tools.hub({ authorize: true });
      using nobody = hub.open();
      same((await nobody.head()).status, 401, "status");
      using ann = hub.open({}, "&user=ann");
      using bob = hub.open({}, "&user=bob");
      await Promise.all([ann.until("sse.mark"), bob.until("sse.mark")]);
      await hub.revoke("ann");
      holds((await ann.over()).endsWith("event: sse.reauth\ndata: \n\n"), "no sse.reauth");
      same([bob.isOver, (await hub.facts()).closed], [false, ["revoked"]], "bob is over, and closed");
    },
  },
  {
    name: "CORS: listed origins may read, and send Last-Event-ID; foreign ones get 403",
    async run(tools) {
      const hub = await tools.hub({ cors: { origins: ["https://app.example"] } });
      const origin = "https://app.example";
      using listed = hub.open({ headers: { origin } });
      const { headers } = await listed.head();
      same([headers.get("access-control-allow-origin"), headers.get("vary")], [origin, "origin"]);
      const asks = { origin, "access-control-request-method": "GET" };
      using preflight = hub.open({ method: "OPTIONS", headers: asks });
      const allowed = await preflight.head();
      same([allowed.status, allowed.headers.get("access-control-allow-headers")], [204, "last-event-id"]);
      using foreign = hub.open({ headers: { origin: "https://evil.example" } });
      same((await foreign.head()).status, 403, "status");
    },
  },
];
