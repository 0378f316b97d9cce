import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { toNodeListener } from "@sse/server/node";
import { routes } from "../routes.ts";

const server = createServer(toNodeListener(routes));
server.listen(0, "127.0.0.1", () => {
  // A socket of TCP has an address that is no text.
  console.log(`"port": ${(server.address() as AddressInfo).port}`);
});
