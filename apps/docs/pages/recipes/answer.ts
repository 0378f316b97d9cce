// answer.ts
import { defineEvents, text } from "@sse/protocol";
import { eventStream } from "@sse/server";

export const answer = defineEvents({ word: text(), done: text() }, { end: ["done"] });

/** Says back, word by word, what it was asked. */
export function sayBack(request: Request, { question }: { readonly question?: unknown }): Response {
  if (typeof question !== "string") return new Response("Ask something.\n", { status: 422 });
  return eventStream(answer, request, async function* () {
    for (const word of question.split(" ")) yield answer.event("word", word);
    yield answer.event("done", "stop");
  });
}
