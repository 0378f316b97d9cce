import { Stream } from "@anthropic-ai/sdk/core/streaming.mjs";
import type { Adapter } from "./adapter.ts";

const adapter: Adapter = {
  packageName: "@anthropic-ai/sdk",
  async iterator(body, sink) {
    for await (const { event, data } of Stream.rawEvents(new Response(body))) {
      sink.take(event ?? "message", data, ""); // it reads no id
    }
  },
};
export default adapter;
