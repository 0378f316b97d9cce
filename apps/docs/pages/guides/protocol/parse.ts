// parse.ts
import { EventStreamParser } from "@sse/protocol";

/** What stands in the chunks of a stream: bytes or text, cut anywhere. */
export function parse(chunks: Iterable<Uint8Array | string>): { events: string[]; truncated: boolean } {
  const events: string[] = [];
  const parser = new EventStreamParser(
    {
      onEvent: (event) => events.push(`${event.lastEventId} ${event.type}: ${event.data}`),
      onReconnectionTime: (ms) => events.push(`retry after ${ms} ms`),
      onComment: (comment) => events.push(`(${comment})`),
    },
    { maxEventBytes: 1_048_576 }, // a larger event is a LimitError, before it is in memory
  );
  for (const chunk of chunks) parser.feed(chunk);
  return { events, ...parser.end() }; // truncated: it ended in the middle of an event, which is dropped
}
