// node.ts
import { createServer } from "node:http";
import { toNodeListener } from "@sse/server/node";
import { hub } from "./hub.ts";

createServer(toNodeListener(hub.respond)).listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
