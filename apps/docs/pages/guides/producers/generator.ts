// generator.ts
import { setTimeout } from "node:timers/promises";
import { eventStream } from "@sse/server";
import { job } from "./events.ts";

export const respond = (request: Request, stopped: () => void): Response =>
  eventStream(job, request, async function* ({ signal }) {
    try {
      for (let percent = 0; percent < 100; percent += 10) {
        yield job.event("progress", { percent });
        await setTimeout(1000, undefined, { signal }); // the signal ends the wait when the client leaves
      }
      yield job.event("done", "all of it");
    } finally {
      stopped();
    }
  });
