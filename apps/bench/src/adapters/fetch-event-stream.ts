import { events } from "fetch-event-stream";
import type { Adapter } from "./adapter.ts";

const adapter: Adapter = {
  packageName: "fetch-event-stream",
  async iterator(body, sink) {
    for await (const { event, data, id } of events(new Response(body))) {
      sink.take(event ?? "message", data ?? "", id === undefined ? "" : String(id));
    }
  },
};
export default adapter;
