// server.ts
import { createServer } from "node:http";
import { defineEvents, json } from "@sse/protocol";
import { createHub } from "@sse/server";
import { toNodeListener } from "@sse/server/node";

export const news = defineEvents({ headline: json<{ n: number }>() });
const hub = createHub(news, { retryMs: 2000 });
const events = toNodeListener(hub.respond);
let goingDown = false;

const server = createServer((req, res) => {
  if (req.url === "/healthy") res.writeHead(goingDown ? 503 : 200).end();
  else events(req, res);
}).listen(Number(process.env.PORT ?? 3000), "127.0.0.1");

let n = 0;
const publishing = setInterval(() => hub.publish("headline", { n: ++n }), 100);

process.once("SIGTERM", async () => {
  goingDown = true; // 1. the load balancer sends new clients elsewhere
  await hub.drain({ overMs: Number(process.env.DRAIN_MS ?? 10_000) }); // 2. those that are here follow, one by one
  clearInterval(publishing);
  await hub.close(); // 3. nothing is left
  server.close();
  server.closeIdleConnections();
});
