// transform.ts
import { EventStreamDecoderStream, EventStreamEncoderStream, type ServerSentEvent } from "@sse/protocol";

/** Another server's stream with its data in capitals, as it comes. */
export function shout(upstream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const louder = new TransformStream<ServerSentEvent, { type: string; data: string; id: string }>({
    transform({ type, data, lastEventId }, controller) {
      controller.enqueue({ type, data: data.toUpperCase(), id: lastEventId });
    },
  });
  return upstream
    .pipeThrough(new EventStreamDecoderStream())
    .pipeThrough(louder)
    .pipeThrough(new EventStreamEncoderStream());
}
