import type { Adapter } from "./adapter.ts";

type Protocol = typeof import("@sse/protocol");

/** The limit is raised so that the longest line of the bench fits; its value does not change what is done. */
const OPTIONS = { maxEventBytes: 256 * 1024 * 1024 };

/** Our package, from whichever build of it is given. */
export function protocolAdapter(protocol: Protocol): Adapter {
  const { EventStreamParser, encodeEvent, readEvents, serializeEvent } = protocol;
  return {
    packageName: "@sse/protocol",
    callback(chunks, sink) {
      const onEvent = (event: { type: string; data: string; lastEventId: string }) =>
        sink.take(event.type, event.data, event.lastEventId);
      const parser = new EventStreamParser({ onEvent }, OPTIONS);
      for (const chunk of chunks) parser.feed(chunk);
      parser.end();
    },
    async bodyCallback(body, sink) {
      const onEvent = (event: { type: string; data: string; lastEventId: string }) =>
        sink.take(event.type, event.data, event.lastEventId);
      const parser = new EventStreamParser({ onEvent }, OPTIONS);
      for await (const chunk of body) parser.feed(chunk);
      parser.end();
    },
    async iterator(body, sink) {
      for await (const event of readEvents(body, OPTIONS))
        sink.take(event.type, event.data, event.lastEventId);
    },
    text(events, sink) {
      for (const { type, data, id } of events) sink.text(serializeEvent({ type, data, id }));
    },
    bytes(events, sink) {
      for (const { type, data, id } of events) sink.bytes(encodeEvent({ type, data, id }));
    },
  };
}
