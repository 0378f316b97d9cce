// own-events.ts
import { request } from "@sse/client";
import { defineEvents, json, text } from "@sse/protocol";
import { eventStream } from "@sse/server";
import { chat } from "./contracts.ts";

export const answer = defineEvents({ words: text(), end: json<{ tokens: number }>() }, { end: ["end"] });

/** Between the page and the model: the key stays here, and the page gets events of your own. */
export async function respond(asked: Request, model: string, key: string): Promise<Response> {
  const { messages } = await asked.json();
  const question = { headers: { authorization: `Bearer ${key}` }, json: { stream: true, messages } };
  return eventStream(answer, asked, async function* ({ signal }) {
    let tokens = 0;
    // The signal: when the page is gone, the model is told to stop.
    for await (const { data } of request(chat, model, { ...question, signal })) {
      tokens++;
      yield answer.event("words", data.choices[0]?.delta.content ?? "");
    }
    yield answer.event("end", { tokens });
  });
}
