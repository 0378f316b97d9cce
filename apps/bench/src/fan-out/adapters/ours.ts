import { createServer } from "node:http";
import { toNodeListener } from "@sse/server/node";
import type { OpenBroadcaster } from "../broadcaster.ts";
import { OurHub } from "./hub.ts";
import { listen } from "./listen.ts";

export const open: OpenBroadcaster = async (options) => {
  const hub = new OurHub(options);
  const port = await listen(createServer(toNodeListener(hub.respond)));
  return { port, size: () => hub.size, publish: (tick) => hub.publish(tick) };
};
