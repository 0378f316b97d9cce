// after.ts
import { readEvents } from "@sse/protocol";

export async function answer(response: Response, show: (token: string) => void): Promise<void> {
  for await (const { type, data } of readEvents(response)) {
    if (type === "token") show(data);
  }
}
