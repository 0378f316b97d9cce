// after.ts
import { request } from "@sse/client";
import { ConnectionError, defineEvents, text } from "@sse/protocol";

const answer = defineEvents({ word: text(), done: text() }, { end: ["done"] });

export async function ask(url: string, token: string, question: string, show: (word: string) => void) {
  try {
    const headers = { authorization: `Bearer ${token}` };
    for await (const event of request(answer, url, { headers, json: { question } })) {
      if (event.type === "word") show(event.data);
    }
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    throw new Error(await error.text(), { cause: error });
  }
}
