// server.ts
import { eventStream } from "@sse/server";
import { answer } from "./answer.ts";

export async function respond(request: Request): Promise<Response> {
  const { question } = await request.json();
  if (typeof question !== "string") return new Response("Ask something.\n", { status: 422 });
  return eventStream(answer, request, async function* ({ signal }) {
    for (const word of ["You", "asked:", ...question.split(" ")]) {
      if (signal.aborted) return;
      yield answer.event("word", word);
    }
    yield answer.event("done", "stop");
  });
}
