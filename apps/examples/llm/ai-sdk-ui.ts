import { request } from "@sse/client";
import { defineEvents, json } from "@sse/protocol";

const events = {
  "text-delta": json<{ readonly id: string; readonly delta: string }>(),
  "tool-output-available": json<{ readonly toolCallId: string; readonly output: unknown }>(),
  error: json<{ readonly errorText: string }>(),
};
const ui = defineEvents(events, { by: "type", done: "[DONE]" });

/** What a chat shows: text as it comes, and what tools gave. `skip` hears of the other parts. */
export async function* send(url: string, messages: readonly object[], skip: (part: string) => void) {
  const onIssue = ({ type }: { readonly type: string }) => skip(type);
  for await (const { type, data } of request(ui, url, { json: { id: "chat-1", messages }, onIssue })) {
    if (type === "error") throw new Error(data.errorText);
    yield type === "text-delta" ? data.delta : data.output;
  }
}
