import { createServer } from "node:http";
import { createChannelHub } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { numbers } from "./contract.ts";
import { job, send } from "./job.ts";
import type { ServerJob, ToServer } from "./messages.ts";
import { openStore } from "./store.ts";

// One of several processes that serve the same log.
const { store, port } = job<ServerJob>();
const { backplane, close } = await openStore(store);
const hub = createChannelHub(numbers, {
  backplane,
  heartbeatMs: 1000,
  limits: { maxConnections: 10_000 },
  onError: () => {}, // outages are what this is about
});

const server = createServer(
  toNodeListener(async (request) => {
    const [first, ...others] = new URL(request.url).searchParams.get("channels")?.split(",") ?? [];
    if (first === undefined) return new Response("channels?", { status: 400 });
    return hub.respond(request, { channels: [first, ...others] });
  }),
);
server.listen(port, "127.0.0.1", () => send({ listening: port }));

process.on("message", (message: ToServer) => {
  if (message === "count") send({ rssBytes: process.memoryUsage.rss() });
  else void leave(message.drain.overMs);
});
// Whoever started this is gone.
process.on("disconnect", () => process.exit(0));

async function leave(overMs: number): Promise<void> {
  await hub.drain({ overMs, retryMs: 200 });
  server.close();
  server.closeAllConnections();
  await hub.close();
  await close();
  process.exit(0);
}
