// answer.ts
import { defineEvents, text } from "@sse/protocol";
import { eventStream } from "@sse/server";

export const answer = defineEvents({ word: text(), done: text() }, { end: ["done"] });

/** What is to be tested: says back, word by word, what it was asked. */
export function respond(request: Request): Response {
  const question = new URL(request.url).searchParams.get("q");
  if (question === null) return new Response("Ask something.\n", { status: 422 });
  return eventStream(answer, request, async function* () {
    for (const word of question.split(" ")) yield answer.event("word", word);
    yield answer.event("done", "");
  });
}
