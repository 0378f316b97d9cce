import { createServer } from "node:http";
import { freemem } from "node:os";
import { defineEvents, json } from "@sse/protocol";
import { createHub } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { printUrl, servePage } from "../page.ts";

export const memory = defineEvents({ add: json<{ at: string; freeMegabytes: number }>() });

const page = servePage(import.meta.dirname);
const hub = createHub(memory); // one feed for all: it gives the ids, and replays what a reader missed

setInterval(async () => {
  const at = new Date().toLocaleTimeString("en-GB");
  await hub.publish("add", { at, freeMegabytes: Math.round(freemem() / 1e6) });
}, 3000);

function handle(request: Request) {
  if (new URL(request.url).pathname !== "/events") return page(request);
  return hub.respond(request);
}

createServer(toNodeListener(handle)).listen(Number(process.env.PORT ?? 3002), "127.0.0.1", printUrl);
