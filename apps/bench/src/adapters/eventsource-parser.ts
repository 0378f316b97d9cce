import { createParser, type EventSourceMessage } from "eventsource-parser";
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { Adapter } from "./adapter.ts";

const adapter: Adapter = {
  packageName: "eventsource-parser",
  callback(chunks, sink) {
    const decoder = new TextDecoder();
    const onEvent = (event: EventSourceMessage) =>
      sink.take(event.event ?? "message", event.data, event.id ?? "");
    const parser = createParser({ onEvent });
    for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }));
    parser.feed(decoder.decode());
  },
  async bodyCallback(body, sink) {
    const decoder = new TextDecoder();
    const onEvent = (event: EventSourceMessage) =>
      sink.take(event.event ?? "message", event.data, event.id ?? "");
    const parser = createParser({ onEvent });
    for await (const chunk of body) parser.feed(decoder.decode(chunk, { stream: true }));
    parser.feed(decoder.decode());
  },
  async iterator(body, sink) {
    const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    for await (const event of events) sink.take(event.event ?? "message", event.data, event.id ?? "");
  },
};
export default adapter;
