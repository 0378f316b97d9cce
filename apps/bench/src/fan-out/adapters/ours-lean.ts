import { createServer } from "node:http";
import { leanStreams } from "@sse/server/node";
import type { OpenBroadcaster } from "../broadcaster.ts";
import { OurHub } from "./hub.ts";
import { listen } from "./listen.ts";

export const open: OpenBroadcaster = async (options) => {
  const hub = new OurHub(options);
  const server = createServer();
  leanStreams(server, hub.respond);
  return { port: await listen(server), size: () => hub.size, publish: (tick) => hub.publish(tick) };
};
