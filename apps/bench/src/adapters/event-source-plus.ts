import { messageListFromString } from "event-source-plus";
import type { EventSink } from "../sink.ts";
import type { Adapter } from "./adapter.ts";

/** The loop of its client around its parser: what is left over goes in front of the next chunk. */
function parser(sink: EventSink): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  let pending = "";
  return (chunk) => {
    const { messages, leftoverData } = messageListFromString(
      pending + decoder.decode(chunk, { stream: true }),
    );
    pending = leftoverData ?? "";
    for (const { event, data, id } of messages) sink.take(event ?? "message", data, id ?? "");
  };
}

const adapter: Adapter = {
  packageName: "event-source-plus",
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
