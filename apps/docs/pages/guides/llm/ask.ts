// ask.ts
import { request } from "@sse/client";
import { ConnectionError, TruncatedError } from "@sse/protocol";
import { chat } from "./contracts.ts";

/** Shows an answer as it comes. Says whether all of it came. */
export async function ask(
  url: string,
  question: string,
  show: (words: string) => void,
  signal?: AbortSignal,
): Promise<"whole" | "cut" | "cancelled"> {
  const json = { stream: true, messages: [{ role: "user", content: question }] };
  try {
    for await (const { data } of request(chat, url, { json, signal })) {
      show(data.choices[0]?.delta.content ?? "");
    }
    return "whole";
  } catch (error) {
    if (signal?.aborted) return "cancelled";
    if (error instanceof TruncatedError) return "cut";
    if (error instanceof ConnectionError) throw new Error(await error.text(), { cause: error });
    throw error;
  }
}
