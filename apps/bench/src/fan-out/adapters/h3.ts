import { createEventStream, type EventStream, H3 } from "h3";
import type { OpenBroadcaster } from "../broadcaster.ts";
import { bySrvx } from "./web-servers.ts";

export const open: OpenBroadcaster = async () => {
  const streams = new Set<EventStream>();
  const app = new H3();
  app.get("/", (event) => {
    const stream = createEventStream(event);
    streams.add(stream);
    void stream.pushComment("hello");
    stream.onClosed(() => void streams.delete(stream));
    return stream.send();
  });
  const { port, shut } = await bySrvx((request) => app.fetch(request));
  return {
    port,
    size: () => streams.size,
    publish({ id, data }) {
      const message = { id: String(id), event: "tick", data: JSON.stringify(data) };
      for (const stream of streams) void stream.push(message);
    },
    [Symbol.asyncDispose]: shut,
  };
};
