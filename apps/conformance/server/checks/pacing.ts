import { holds, same } from "../../runners/assert.ts";
import type { Check } from "../../runners/check.ts";
import { eventually, type ServerTools } from "../tools.ts";

const KEYS = 3;
const SLOW = { maxQueueBytes: 200_000, maxStallMs: 600_000 };

/** Heartbeats, readers that are slow, and the drain. */
export const pacing: readonly Check<ServerTools>[] = [
  {
    name: "a quiet stream has a comment a heartbeat; a hub's client sees it, too",
    async run(tools) {
      using stream = tools.stream("idle", {}, "&heartbeatMs=300");
      const hub = await tools.hub({ heartbeatMs: 300 });
      using client = hub.open();
      await Promise.all([
        stream.client.until(/first\n\n:\n\n:\n\n/),
        client.until(/sse\.mark\ndata: \n\n(:\n\n){2}/),
      ]);
    },
  },
  {
    name: "a quiet stream with the default heartbeat lives longer than 12 seconds",
    async run(tools) {
      using stream = tools.stream("idle");
      await stream.client.until("data: first");
      await new Promise((resolve) => setTimeout(resolve, 12_000));
      same([stream.client.isOver, (await stream.facts()).closed], [false, []], "over, and closed");
    },
  },
  {
    name: "a generator waits for a reader that stops, and goes on with it",
    async run(tools) {
      using stream = tools.stream("flood", { readsNothing: true });
      await stream.client.head();
      let before = -1;
      const { sent } = await eventually(
        async () => {
          const now = (await stream.facts()).sent;
          await new Promise((resolve) => setTimeout(resolve, 300));
          const isStill = now === before && now > 0;
          before = now;
          return { sent: now, isStill };
        },
        ({ isStill }) => isStill,
      );
      holds(sent * 65_536 < 16_000_000, `${sent} events of 64 KiB were made for nobody`);
      stream.client.resume();
      await eventually(
        () => stream.facts(),
        (seen) => seen.sent > sent + 100,
      );
    },
  },
  {
    name: "a callback that does not heed a slow reader is told, and cut at maxQueueBytes",
    async run(tools) {
      using stream = tools.stream("heedless", { readsNothing: true });
      const seen = await eventually(
        () => stream.facts(),
        ({ closed }) => closed.length > 0,
      );
      same([seen.closed, seen.blocked > 0, seen.signalAborted], [["slow"], true, 1], "closed, told, aborted");
    },
  },
  {
    name: "disconnect: a hub cuts a reader that does not read, and the others get everything",
    async run(tools) {
      const hub = await tools.hub({ slowConsumer: "disconnect", limits: SLOW });
      using stuck = hub.open({ readsNothing: true });
      using reader = hub.open();
      await Promise.all([stuck.head(), reader.until("sse.mark")]);
      for (let n = 0; n < 24; n++) {
        await hub.publish({ count: 8, bytes: 65_536 });
        await hub.publish({ texts: [`end of ${n}`] });
        await reader.until(`data: end of ${n}\n`);
      }
      const { stats, closed } = await eventually(
        () => hub.facts(),
        (facts) => facts.closed.length > 0,
      );
      same([closed, stats.connections, reader.body.includes("sse.gap")], [["slow"], 1, false]);
    },
  },
  {
    name: "drop-oldest: a reader that was slow is told of the gap, and gets the newest",
    async run(tools) {
      const hub = await tools.hub({ slowConsumer: "drop-oldest", limits: SLOW });
      using client = hub.open({ readsNothing: true });
      await client.head();
      for (let n = 0; n < 24; n++) await hub.publish({ count: 8, bytes: 65_536 });
      await hub.publish({ texts: ["the newest"] });
      client.resume();
      const body = await client.until("data: the newest\n\n");
      holds(body.includes('"reason":"overflow"'), "no gap");
      holds(((await hub.facts()).stats.dropped ?? 0) > 0, "nothing was dropped");
    },
  },
  {
    name: "latest: of every key the newest arrives, however slow the reader",
    async run(tools) {
      const hub = await tools.hub({ slowConsumer: "latest", limits: SLOW });
      using client = hub.open({ readsNothing: true });
      await client.head();
      for (let n = 0; n < 24; n++) await hub.publish({ count: 8, bytes: 65_536, key: `k${n % KEYS}` });
      for (let n = 0; n < KEYS; n++) await hub.publish({ texts: [`newest ${n}`], key: `k${n}` });
      client.resume();
      const body = await client.until("data: newest 2\n\n");
      holds(body.includes("data: newest 0\n") && body.includes("data: newest 1\n"), "a key is missing");
      holds(((await hub.facts()).stats.dropped ?? 0) > 0, "nothing was dropped");
    },
  },
  {
    name: "drain closes all, tells them when to come back, and answers newcomers with retry and a close",
    async run(tools) {
      const hub = await tools.hub();
      using one = hub.open();
      using two = hub.open();
      await Promise.all([one.until("sse.mark"), two.until("sse.mark")]);
      const drained = hub.drain(300, 4000);
      for (const body of await Promise.all([one.over(), two.over()])) {
        const retry = Number(/retry: (\d+)\n/.exec(body)?.[1]);
        holds(retry >= 3000 && retry <= 5000, `retry is ${retry}`);
      }
      await drained;
      using late = hub.open();
      same((await late.head()).status, 200, "status");
      holds(/retry: \d+\n/.test(await late.over()), "no retry");
      same((await hub.facts()).closed, ["drained", "drained"], "closed");
    },
  },
];
