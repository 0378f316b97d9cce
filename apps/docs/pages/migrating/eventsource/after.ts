// after.ts
import { EventSource } from "@sse/client";
import { ConnectionError } from "@sse/protocol";

export function follow(url: string, token: string, log: (line: string) => void): () => void {
  const source = new EventSource(url, { headers: () => ({ authorization: `Bearer ${token}` }) });
  source.addEventListener("tick", (event) => log(`tick ${JSON.parse(event.data).price}`));
  source.addEventListener("error", ({ error }) => {
    log(`error ${error instanceof ConnectionError ? error.status : undefined}`);
  });
  return () => source.close();
}
