import { type EventSourceMessage, encode } from "eventsource-encoder";
import type { OutgoingEvent } from "../event.ts";
import type { Adapter } from "./adapter.ts";

const encoder = new TextEncoder();

function text({ type, data, id }: OutgoingEvent): string {
  const message = { event: type, data, id } as EventSourceMessage; // it leaves out what is undefined
  return encode(message);
}

const adapter: Adapter = {
  packageName: "eventsource-encoder",
  text(events, sink) {
    for (const event of events) sink.text(text(event));
  },
  bytes(events, sink) {
    for (const event of events) sink.bytes(encoder.encode(text(event)));
  },
};
export default adapter;
