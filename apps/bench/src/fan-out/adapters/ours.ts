import { createServer } from "node:http";
import { toNodeListener } from "@sse/server/node";
import type { OpenBroadcaster } from "../broadcaster.ts";
import { OurHub } from "./hub.ts";
import { listen, shut } from "./listen.ts";

export const open: OpenBroadcaster = async (options) => {
  const hub = new OurHub(options);
  const server = createServer(toNodeListener(hub.respond));
  const port = await listen(server);
  return hub.broadcaster(port, () => shut(server));
};
