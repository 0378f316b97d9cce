// Not one of its public doors: the stream that undici's (and Node's own) EventSource is made of.
import { EventSourceStream } from "undici/lib/web/eventsource/eventsource-stream.js";
import type { EventSink } from "../sink.ts";
import type { Adapter } from "./adapter.ts";

/** Its parser without the machinery of a Node stream around it, which is the best it can do. */
function parser(sink: EventSink): (chunk: Uint8Array) => void {
  const stream = new EventSourceStream({
    eventSourceSettings: { lastEventId: "" },
    push: ({ type, options }) => sink.take(type, options.data, options.lastEventId) as undefined,
  });
  const done = (error?: Error | null) => {
    if (error) throw error;
  };
  return (chunk) =>
    stream._transform(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength), "buffer", done);
}

const adapter: Adapter = {
  packageName: "undici",
  callback(chunks, sink) {
    const feed = parser(sink);
    for (const chunk of chunks) feed(chunk);
  },
  async bodyCallback(body, sink) {
    const feed = parser(sink);
    for await (const chunk of body) feed(chunk);
  },
};
export default adapter;
