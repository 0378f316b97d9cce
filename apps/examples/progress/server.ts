import { pbkdf2 } from "node:crypto";
import { createServer } from "node:http";
import { promisify } from "node:util";
import { defineEvents, json } from "@sse/protocol";
import { eventStream } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { printUrl, servePage } from "../page.ts";

type Progress = { status: string; completion: number };
export const job = defineEvents({ progress: json<Progress>(), done: json<Progress>() }, { end: ["done"] });
const iterations = Number(process.env.ITERATIONS ?? 400_000); // some 50 ms a round
const page = servePage(import.meta.dirname);

async function* stretchPassword() {
  let [key, completion] = [Buffer.from("correct horse battery staple"), 0];
  try {
    for (; completion < 100; completion++) {
      yield job.event("progress", { status: "working", completion });
      key = await promisify(pbkdf2)(key, "salt", iterations, 32, "sha256");
    }
    yield job.event("done", { status: key.toString("hex"), completion });
  } finally {
    if (completion < 100) console.log(`The client has gone: the job stopped at ${completion} %.`);
  }
}
function handle(request: Request) {
  if (new URL(request.url).pathname !== "/events") return page(request);
  return eventStream(job, request, stretchPassword);
}
createServer(toNodeListener(handle)).listen(Number(process.env.PORT ?? 3004), "127.0.0.1", printUrl);
