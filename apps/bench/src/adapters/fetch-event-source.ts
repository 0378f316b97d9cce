// Its parser is not at its public door; `fetchEventSource` itself needs a server.
import { getLines, getMessages } from "@microsoft/fetch-event-source/lib/cjs/parse.js";
import type { EventSink } from "../sink.ts";
import type { Adapter } from "./adapter.ts";

function parser(sink: EventSink): (chunk: Uint8Array) => void {
  const ignore = () => {};
  return getLines(
    getMessages(ignore, ignore, ({ event, data, id }) => sink.take(event || "message", data, id)),
  );
}

const adapter: Adapter = {
  packageName: "@microsoft/fetch-event-source",
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
