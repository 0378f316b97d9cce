import { request } from "@sse/client";
import { defineEvents, json } from "@sse/protocol";

interface Chunk {
  readonly choices?: readonly { readonly delta: { readonly content?: string | null } }[];
  readonly error?: { readonly message: string };
}
const chat = defineEvents({ message: json<Chunk>() }, { done: "[DONE]" });

/** The words of an answer, as they come. A cut before `[DONE]` throws TruncatedError. */
export async function* ask(content: string, headers: HeadersInit, base = "https://api.openai.com/v1") {
  const body = { model: "gpt-5-mini", stream: true, messages: [{ role: "user", content }] };
  for await (const { data } of request(chat, `${base}/chat/completions`, { headers, json: body })) {
    if (data.error) throw new Error(data.error.message);
    yield data.choices?.[0]?.delta.content ?? "";
  }
}
