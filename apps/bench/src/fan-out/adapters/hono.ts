import { Hono } from "hono";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import type { OpenBroadcaster } from "../broadcaster.ts";
import { byHonoNodeServer } from "./web-servers.ts";

export const open: OpenBroadcaster = async () => {
  const streams = new Set<SSEStreamingApi>();
  const app = new Hono();
  app.get("/", (context) =>
    streamSSE(context, async (stream) => {
      streams.add(stream);
      await new Promise<void>((resolve) => stream.onAbort(() => resolve()));
      streams.delete(stream);
    }),
  );
  const { port, shut } = await byHonoNodeServer((request) => app.fetch(request));
  return {
    port,
    size: () => streams.size,
    publish({ id, data }) {
      const message = { id: String(id), event: "tick", data: JSON.stringify(data) };
      for (const stream of streams) void stream.writeSSE(message);
    },
    [Symbol.asyncDispose]: shut,
  };
};
