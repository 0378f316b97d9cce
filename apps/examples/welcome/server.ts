import { createServer } from "node:http";
import { setTimeout } from "node:timers/promises";
import { type Connection, eventStream } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { printUrl, servePage } from "../page.ts";
import { greetings } from "./events.ts";

const page = servePage(import.meta.dirname);

async function* welcome({ signal }: Connection) {
  for (let n = 1; n <= 10; n++) {
    yield greetings.event("welcome", `Welcome!\nThis is event ${n} of 10.`, { retryMs: 5000 });
    await setTimeout(300, undefined, { signal });
  }
  // Here the generator ends, and the stream with it, for good: readers do not come back.
}

function handle(request: Request) {
  if (new URL(request.url).pathname !== "/events") return page(request);
  return eventStream(greetings, request, welcome);
}

createServer(toNodeListener(handle)).listen(Number(process.env.PORT ?? 3003), "127.0.0.1", printUrl);
