import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { toNodeListener } from "@sse/server/node";
import { hubRoutes } from "../hub-routes.ts";
import { streamRoutes } from "../stream-routes.ts";

const server = createServer(
  toNodeListener((request) =>
    new URL(request.url).pathname.startsWith("/hub/") ? hubRoutes(request) : streamRoutes(request),
  ),
);
server.listen(0, "127.0.0.1", () => {
  // A socket of TCP has an address that is no text.
  console.log(`"port": ${(server.address() as AddressInfo).port}`);
});
