import { readEvents } from "@sse/protocol";
import type { Adapter } from "./adapter.ts";

/** Ours, asked for as many events at a time as a chunk brought. */
const adapter: Adapter = {
  packageName: "@sse/protocol",
  async iterator(body, sink) {
    for await (const batch of readEvents(body, { maxEventBytes: 256 * 1024 * 1024 }).batches()) {
      for (const { type, data, lastEventId } of batch) sink.take(type, data, lastEventId);
    }
  },
};
export default adapter;
