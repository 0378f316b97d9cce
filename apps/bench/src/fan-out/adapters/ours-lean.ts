import { createServer } from "node:http";
import { leanStreams } from "@sse/server/node";
import type { OpenBroadcaster } from "../broadcaster.ts";
import { OurHub } from "./hub.ts";
import { listen, shut } from "./listen.ts";

export const open: OpenBroadcaster = async (options) => {
  const hub = new OurHub(options);
  const server = createServer();
  leanStreams(server, hub.respond);
  return hub.broadcaster(await listen(server), () => shut(server));
};
