// worker.ts
import { eventStream } from "@sse/server";
import { news } from "./events.ts";

export default {
  fetch: (request: Request): Response =>
    eventStream(news, request, async function* ({ signal }) {
      for (let n = 1; n <= 3 && !signal.aborted; n++) {
        yield news.event("headline", { n, text: `This is headline ${n}.` });
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }),
};
