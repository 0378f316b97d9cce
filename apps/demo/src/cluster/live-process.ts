import { createServer } from "node:http";
import { createChannelHub } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { live, PAGE_PARAMETER } from "../contract.ts";
import { readPage } from "../server/bodies.ts";
import { HttpError } from "../server/http-error.ts";
import { type Channel, channelsOf, HEARTBEAT_MS } from "../server/live-feed.ts";
import { PageSockets } from "../server/page-sockets.ts";
import { redisLog } from "../server/redis-log.ts";
import { guard } from "../server/request-guard.ts";
import type { FromLiveProcess, LiveProcessOptions, ToLiveProcess } from "./messages.ts";

/** One of the processes behind the load balancer: it serves live streams from the log, and keeps nothing itself. */
const { port, redisPort } = JSON.parse(process.argv[2] ?? "") as LiveProcessOptions; // written by the cluster
const tell = (message: FromLiveProcess): void => void process.send?.(message);

process.on("SIGINT", () => {}); // Ctrl-C reaches the whole process group; the cluster decides what it means
process.on("disconnect", () => process.exit(0));

const hub = createChannelHub<typeof live.events, Channel>(live, {
  backplane: redisLog(redisPort),
  heartbeatMs: HEARTBEAT_MS,
  hooks: {
    opened: () => tell({ streams: hub.stats().connections }),
    closed: () => tell({ streams: hub.stats().connections }),
  },
});
const sockets = new PageSockets();
const answer = toNodeListener((request) => {
  try {
    guard(request);
    const page = readPage(new URL(request.url).searchParams.get(PAGE_PARAMETER));
    return hub.respond(request, { channels: channelsOf(page) });
  } catch (error) {
    if (error instanceof HttpError) return error.toResponse();
    throw error;
  }
});
createServer((req, res) => {
  sockets.watch(req, res);
  answer(req, res);
}).listen(port, "127.0.0.1", () => tell({ streams: 0 }));

process.on("message", ({ how, page }: ToLiveProcess) => sockets[how](page, "/live"));
