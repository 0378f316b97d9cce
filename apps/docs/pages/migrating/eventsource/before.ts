// before.ts
import { EventSource } from "eventsource";

export function follow(url: string, token: string, log: (line: string) => void): () => void {
  const source = new EventSource(url, {
    fetch: (input, init) =>
      fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } }),
  });
  source.addEventListener("tick", (event) => log(`tick ${JSON.parse(event.data).price}`));
  source.addEventListener("error", (event) => log(`error ${event.code}`));
  return () => source.close();
}
