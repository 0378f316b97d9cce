// lean.ts
import { createServer } from "node:http";
import { leanStreams } from "@sse/server/node";
import { hub } from "./hub.ts";

const server = createServer((_req, res) => res.end("The rest of your server.\n"));
leanStreams(server, (request) =>
  new URL(request.url).pathname === "/events" ? hub.respond(request) : undefined,
);
server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
