import { createServer } from "node:http";
import { createChannel, createSession } from "better-sse";
import type { OpenBroadcaster } from "../broadcaster.ts";
import { listen, shut } from "./listen.ts";

export const open: OpenBroadcaster = async () => {
  const channel = createChannel();
  const server = createServer((req, res) => {
    void createSession(req, res, { keepAlive: null }).then((session) => channel.register(session));
  });
  return {
    port: await listen(server),
    size: () => channel.sessionCount,
    publish: ({ id, data }) => channel.broadcast(data, "tick", { eventId: String(id) }),
    [Symbol.asyncDispose]: () => shut(server),
  };
};
