// read.ts
import { readEvents } from "@sse/protocol";

/** The data of a stream's events, as they come. Leaving the loop cancels the request. */
export async function* lines(url: string): AsyncGenerator<string> {
  const response = await fetch(url, { headers: { accept: "text/event-stream" } });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  for await (const event of readEvents(response)) {
    yield `${event.type}: ${event.data}`; // type is "message" where the stream named none
  }
}
