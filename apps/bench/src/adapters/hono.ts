import { SSEStreamingApi } from "hono/streaming";
import type { Adapter } from "./adapter.ts";

/** Its writeSSE into the stream that it always has; there is no way to the text alone. */
const adapter: Adapter = {
  packageName: "hono",
  async bytes(events, sink) {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const stream = new SSEStreamingApi(writable, readable);
    const reading = read(stream.responseReadable, sink);
    for (const { type, data, id } of events) {
      const message = {
        data,
        ...(type === undefined ? {} : { event: type }),
        ...(id === undefined ? {} : { id }),
      };
      await stream.writeSSE(message);
    }
    await stream.close();
    await reading;
  },
};
export default adapter;

async function read(
  body: ReadableStream<Uint8Array>,
  sink: { bytes(bytes: Uint8Array): void },
): Promise<void> {
  for await (const chunk of body) sink.bytes(chunk);
}
