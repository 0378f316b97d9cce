// jobs.ts
import { once } from "node:events";
import { eventStream } from "@sse/server";
import { answer } from "./answer.ts";
import { Job } from "./job.ts";

const jobs = new Map<string, Job>();

/** POST starts a job and streams it; GET with the last event ID, `<job>/<words so far>`, goes on with it. */
export async function respond(request: Request): Promise<Response> {
  const [id = "", seen = "0"] = (request.headers.get("last-event-id") ?? "").split("/");
  const job = request.method === "POST" ? new Job(await request.json()) : jobs.get(id);
  if (job === undefined) return new Response("No such job.\n", { status: 404 });
  jobs.set(job.id, job);
  return eventStream(answer, request, async function* ({ signal }) {
    for (let n = Number(seen); n < job.words.length || !job.isDone; n++) {
      while (n >= job.words.length && !job.isDone) await once(job, "word", { signal });
      const word = job.words[n];
      if (word !== undefined) yield answer.event("word", word, { id: `${job.id}/${n + 1}` });
    }
    yield answer.event("done", "stop");
  });
}
