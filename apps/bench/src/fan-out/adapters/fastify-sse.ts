import fastifySse from "@fastify/sse";
import { fastify } from "fastify";
import type { OpenBroadcaster } from "../broadcaster.ts";

interface Reply {
  readonly sse: {
    send(message: { readonly id: string; readonly event: string; readonly data: unknown }): Promise<void>;
    keepAlive(): void;
    sendHeaders(): void;
    onClose(callback: () => void): void;
  };
}

export const open: OpenBroadcaster = async () => {
  const replies = new Set<Reply>();
  const app = fastify({ forceCloseConnections: true });
  await app.register(fastifySse, { heartbeatInterval: 0 });
  app.get("/", { sse: "only" } as object, async (_request, answer) => {
    const reply = answer as unknown as Reply; // the plugin's own addition, which its types make by another name
    reply.sse.keepAlive();
    reply.sse.sendHeaders();
    (answer.raw as { flushHeaders(): void }).flushHeaders();
    replies.add(reply);
    reply.sse.onClose(() => replies.delete(reply));
  });
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  return {
    port: Number(new URL(url).port),
    size: () => replies.size,
    publish({ id, data }) {
      const message = { id: String(id), event: "tick", data };
      for (const { sse } of replies) void sse.send(message);
    },
    [Symbol.asyncDispose]: () => app.close(),
  };
};
