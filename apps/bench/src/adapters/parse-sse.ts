import { parseServerSentEvents } from "parse-sse";
import type { Adapter } from "./adapter.ts";

const adapter: Adapter = {
  packageName: "parse-sse",
  async iterator(body, sink) {
    for await (const { type, data, lastEventId } of parseServerSentEvents(new Response(body))) {
      sink.take(type, data, lastEventId);
    }
  },
};
export default adapter;
