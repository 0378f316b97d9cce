// before.ts
import { EventStreamContentType, fetchEventSource } from "@microsoft/fetch-event-source";

class Fatal extends Error {}

export async function ask(url: string, token: string, question: string, show: (word: string) => void) {
  await fetchEventSource(url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ question }),
    openWhenHidden: true,
    async onopen(response) {
      if (response.headers.get("content-type")?.startsWith(EventStreamContentType)) return;
      throw new Fatal(await response.text());
    },
    onmessage(event) {
      if (event.event === "word") show(event.data);
    },
    onerror(error) {
      throw error; // or it is sent again
    },
  });
}
