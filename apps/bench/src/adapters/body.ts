import type { Adapter } from "./adapter.ts";

/** The floor: the chunks of the body as they come, neither decoded nor parsed. */
const adapter: Adapter = {
  packageName: undefined,
  floor: true,
  async iterator(body, sink) {
    for await (const chunk of body) sink.touch(chunk);
  },
  async bodyCallback(body, sink) {
    for await (const chunk of body) sink.touch(chunk);
  },
};
export default adapter;
