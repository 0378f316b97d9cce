// client.ts
import { request } from "@sse/client";
import { ConnectionError, TruncatedError } from "@sse/protocol";
import { answer } from "./answer.ts";

export async function ask(url: string, question: unknown, signal?: AbortSignal): Promise<string> {
  const words: string[] = [];
  try {
    for await (const event of request(answer, url, { json: { question }, signal })) {
      if (event.type === "word") words.push(event.data);
    }
  } catch (error) {
    if (error instanceof TruncatedError) words.push("… (cut off)");
    else if (error instanceof ConnectionError) return `${error.status}: ${await error.text()}`;
    else throw error;
  }
  return words.join(" ");
}
