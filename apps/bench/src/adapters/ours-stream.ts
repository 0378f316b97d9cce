import { EventStreamDecoderStream } from "@sse/protocol";
import type { Adapter } from "./adapter.ts";

/** Ours as a transform stream, for pipelines made of streams. */
const adapter: Adapter = {
  packageName: "@sse/protocol",
  async iterator(body, sink) {
    const stream = new EventStreamDecoderStream({ maxEventBytes: 256 * 1024 * 1024 });
    for await (const { type, data, lastEventId } of body.pipeThrough(stream))
      sink.take(type, data, lastEventId);
  },
};
export default adapter;
