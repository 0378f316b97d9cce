import type { Adapter } from "./adapter.ts";

/** The floor: bytes to text and nothing else. Each chunk counts as one event. */
const adapter: Adapter = {
  packageName: undefined,
  floor: true,
  callback(chunks, sink) {
    const decoder = new TextDecoder();
    for (const chunk of chunks) sink.take("", decoder.decode(chunk), "");
  },
};
export default adapter;
