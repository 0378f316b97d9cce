// before-get.ts
import { fetchEventSource } from "@microsoft/fetch-event-source";

export function follow(url: string, token: string, log: (line: string) => void): () => void {
  const stop = new AbortController();
  fetchEventSource(url, {
    headers: { authorization: `Bearer ${token}` },
    signal: stop.signal,
    onmessage: (event) => log(`${event.event} ${JSON.parse(event.data).price}`),
    onclose() {
      throw new Error("closed by the server"); // or it is over
    },
    onerror: () => 1000, // again in a second
  });
  return () => stop.abort();
}
