import { request } from "@sse/client";
import { defineEvents, json } from "@sse/protocol";

const events = {
  content_block_delta: json<{ readonly delta: { readonly type: string; readonly text?: string } }>(),
  message_stop: json<unknown>(),
  error: json<{ readonly error: { readonly type: string; readonly message: string } }>(),
};
const message = defineEvents(events, { end: ["message_stop", "error"] });

/** The words of an answer, as they come. Pings, and events that are not in the contract, are passed over. */
export async function* ask(content: string, key: string, url = "https://api.anthropic.com/v1/messages") {
  const headers = { "x-api-key": key, "anthropic-version": "2023-06-01" };
  const body = { model: "claude-sonnet-4-5", max_tokens: 1024, messages: [{ role: "user", content }] };
  for await (const { type, data } of request(message, url, { headers, json: { ...body, stream: true } })) {
    if (type === "error") throw new Error(data.error.message);
    if (type === "content_block_delta") yield data.delta.text ?? "";
  }
}
