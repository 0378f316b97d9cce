import { createEventBuffer, type EventBuffer } from "better-sse";
import type { OutgoingEvent } from "../event.ts";
import type { Adapter } from "./adapter.ts";

const encoder = new TextEncoder();

function text(buffer: EventBuffer, { type, data, id }: OutgoingEvent): string {
  if (type !== undefined) buffer.event(type);
  if (id !== undefined) buffer.id(id);
  buffer.data(data).dispatch();
  const written = buffer.read();
  buffer.clear();
  return written;
}

/** The data is text already: without a serializer of its own it would be JSON a second time. */
const open = (): EventBuffer => createEventBuffer({ serializer: String });

const adapter: Adapter = {
  packageName: "better-sse",
  text(events, sink) {
    const buffer = open();
    for (const event of events) sink.text(text(buffer, event));
  },
  bytes(events, sink) {
    const buffer = open();
    for (const event of events) sink.bytes(encoder.encode(text(buffer, event)));
  },
};
export default adapter;
