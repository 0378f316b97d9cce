import { readFileSync } from "node:fs";
import type { OutgoingEvent } from "../event.ts";
import type { Adapter } from "./adapter.ts";

const encoder = new TextEncoder();

type Format = (message: { id: string | undefined; event: string | undefined; data: string }) => string;

/**
 * The function that its EventStream formats with. h3 does not export it, and `push` would add a WritableStream to
 * the bill, so it is lifted out of the module's text.
 */
function loadFormat(): Format {
  const source = readFileSync(new URL("../h3.mjs", import.meta.resolve("h3")), "utf8");
  const from = source.indexOf("function formatEventStreamMessage(");
  const to = source.indexOf("function eventStreamHeaders(");
  if (from < 0 || to < from) throw new Error("h3 keeps its event-stream formatter somewhere else now.");
  return new Function(`${source.slice(from, to)}\nreturn formatEventStreamMessage;`)() as Format; // as it is written there
}

const format = loadFormat();

function text({ type, data, id }: OutgoingEvent): string {
  return format({ event: type, data, id });
}

const adapter: Adapter = {
  packageName: "h3",
  text(events, sink) {
    for (const event of events) sink.text(text(event));
  },
  bytes(events, sink) {
    for (const event of events) sink.bytes(encoder.encode(text(event)));
  },
};
export default adapter;
