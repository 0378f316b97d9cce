// resuming.ts
import { request } from "@sse/client";
import { answer } from "./answer.ts";

export async function ask(url: string, question: string): Promise<string> {
  const words: string[] = [];
  for await (const event of request(answer, url, { json: { question }, resume: "get" })) {
    if (event.type === "word") words.push(event.data);
  }
  return words.join(" ");
}
