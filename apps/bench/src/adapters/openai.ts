// The decoder inside its Stream.fromSSEResponse, before that parses the JSON: more would be unfair to it.
import { _iterSSEMessages } from "openai/core/streaming.mjs";
import type { Adapter } from "./adapter.ts";

const adapter: Adapter = {
  packageName: "openai",
  async iterator(body, sink) {
    for await (const { event, data } of _iterSSEMessages(new Response(body), new AbortController())) {
      sink.take(event ?? "message", data, ""); // it reads no id
    }
  },
};
export default adapter;
