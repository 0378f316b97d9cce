// after.ts
import { EventSource } from "@sse/client"; // the only line that is new

export function follow(url: string, log: (line: string) => void): () => void {
  const source = new EventSource(url, { withCredentials: false });
  source.onopen = () => log("open");
  source.addEventListener("tick", (event) => log(`tick ${JSON.parse(event.data).price}`));
  source.onerror = () => log(source.readyState === EventSource.CLOSED ? "over" : "again");
  return () => source.close();
}
