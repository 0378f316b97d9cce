import { createServer } from "node:http";
import { defineEvents, json } from "@sse/protocol";
import { createChannelHub, type SlowConsumer } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { listen } from "../fan-out/adapters/listen.ts";
import { answerQuestions, say } from "../fan-out/answering.ts";
import { nextTick, nowUs, type TickData } from "../fan-out/tick.ts";
import type { SoakQuestions } from "./messages.ts";
import { FLOOD_EVENT_BYTES, FLOOD_KEYS, MAX_QUEUE_BYTES } from "./plan.ts";

/** The process of the server: everybody gets "tick", and who asks for it "flood" as well. */
const slowConsumer = process.argv[2] as SlowConsumer; // written by slow.ts
const closed: { [reason: string]: number } = {};
const hub = createChannelHub(defineEvents({ tick: json<TickData>() }), {
  slowConsumer,
  heartbeatMs: false,
  replay: { maxBytes: 4 * 2 ** 20 },
  // A client that reads nothing for ever is cut by time under every policy; here it is to come back and look.
  limits: { maxQueueBytes: MAX_QUEUE_BYTES, maxStallMs: slowConsumer === "disconnect" ? undefined : false },
  hooks: {
    closed: (_facts, reason) => {
      closed[reason] = (closed[reason] ?? 0) + 1;
    },
  },
});
const server = createServer(
  toNodeListener((request) =>
    hub.respond(request, { channels: request.url.endsWith("flood") ? ["flood", "tick"] : ["tick"] }),
  ),
);

/** How long the longest publication took until the log had it. */
async function publish(channel: string, events: number, everyMs: number, padding: number): Promise<number> {
  let slowest = 0;
  for (let n = 0; n < events; n++) {
    const start = performance.now();
    await hub.publish("tick", nextTick(padding).data, { channel, key: String(n % FLOOD_KEYS) });
    // Beside the flood everybody gets a tick in the same turn.
    if (channel === "flood") await hub.publish("tick", nextTick().data, { channel: "tick", key: "tick" });
    slowest = Math.max(slowest, performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return slowest;
}

say({ port: await listen(server) });
await answerQuestions<SoakQuestions>({
  async publish({ channel, events, everyMs }) {
    const padding = channel === "flood" ? FLOOD_EVENT_BYTES : 0;
    const slowestMs = await publish(channel, events, everyMs, padding);
    return { slowestMs, at: nowUs() };
  },
  state() {
    const { connections, dropped, gaps } = hub.stats();
    const { rss } = process.memoryUsage();
    return { connections, dropped, gaps, closed, rss, at: nowUs() };
  },
});
