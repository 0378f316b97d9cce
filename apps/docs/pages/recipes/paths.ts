// paths.ts
import { createServer } from "node:http";
import { toNodeListener } from "@sse/server/node";
import { hub } from "./hub.ts";

const events = toNodeListener(hub.respond);

createServer((req, res) => {
  if (req.url?.startsWith("/events")) events(req, res);
  else res.end("The rest of your server.\n");
}).listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
