import EventStreamParser from "@server-sent-stream/parser";
import type { Adapter } from "./adapter.ts";

const adapter: Adapter = {
  packageName: "@server-sent-stream/parser",
  callback(chunks, sink) {
    const decoder = new TextDecoder();
    const parser = new EventStreamParser((data, type, id) => sink.take(type, data, id));
    for (const chunk of chunks) parser.push(decoder.decode(chunk, { stream: true }));
    parser.end();
  },
  async bodyCallback(body, sink) {
    const decoder = new TextDecoder();
    const parser = new EventStreamParser((data, type, id) => sink.take(type, data, id));
    for await (const chunk of body) parser.push(decoder.decode(chunk, { stream: true }));
    parser.end();
  },
};
export default adapter;
