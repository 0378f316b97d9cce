// client.ts
import { connect, sessionCursor } from "@sse/client";
import { scores } from "./scores.ts";

export async function follow(url: string, show: (line: string) => void, signal?: AbortSignal): Promise<void> {
  for await (const event of connect(scores, url, { store: sessionCursor(), gaps: "event", signal })) {
    if (event.type === "sse.gap") show(`Something is missing (${event.data.reason}).`);
    else if (event.type === "table") show(`It stands ${JSON.stringify(event.data)}.`);
    else show(`Goal for ${event.data.team}!`);
  }
}
