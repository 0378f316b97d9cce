// before.ts
import { createParser } from "eventsource-parser";

export async function answer(response: Response, show: (token: string) => void): Promise<void> {
  const parser = createParser({
    onEvent({ event, data }) {
      if (event === "token") show(data);
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }));
}
