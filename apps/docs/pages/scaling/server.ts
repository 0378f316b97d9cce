// server.ts
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import type { Hub } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import type { news } from "./events.ts";

/** GET follows the headlines, POST publishes one and answers with its id. */
export function serve(hub: Hub<(typeof news)["events"]>): void {
  const events = toNodeListener(hub.respond);
  const server = createServer(async (req, res) => {
    if (req.method !== "POST") return events(req, res);
    const published = hub.publish("headline", await text(req));
    await published.then((id) => res.end(id)).catch((error) => res.writeHead(503).end(`${error.message}\n`));
  });
  server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
  process.once("SIGTERM", async () => {
    await hub.drain({ overMs: 1000 });
    process.exit();
  });
}
