import { createServer } from "node:http";
import { setTimeout } from "node:timers/promises";
import { type Connection, eventStream } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { printUrl, servePage } from "../page.ts";

const page = servePage(import.meta.dirname);
const openToAll = { headers: { "access-control-allow-origin": "*" } };

async function* everySecond({ signal }: Connection) {
  for (;;) {
    yield { type: "message", data: new Date().toISOString() }; // "message" is what an unnamed event is
    await setTimeout(1000, undefined, { signal }); // the signal wakes it when the reader leaves
  }
}

function handle(request: Request) {
  if (new URL(request.url).pathname !== "/events") return page(request);
  return eventStream(null, request, everySecond, openToAll); // null: no contract, all is text
}

createServer(toNodeListener(handle)).listen(Number(process.env.PORT ?? 3001), "127.0.0.1", printUrl);
