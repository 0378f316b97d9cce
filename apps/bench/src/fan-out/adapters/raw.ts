import { createServer, type ServerResponse } from "node:http";
import { HEADERS, HELLO, type OpenBroadcaster } from "../broadcaster.ts";
import { textOf } from "../tick.ts";
import { listen, shut } from "./listen.ts";

/** node:http as one writes it by hand: the event is made once, and written to each response. */
export const open: OpenBroadcaster = async () => {
  const responses = new Set<ServerResponse>();
  const server = createServer((_req, res) => {
    res.writeHead(200, HEADERS);
    res.write(HELLO);
    responses.add(res);
    res.on("close", () => responses.delete(res));
  });
  return {
    port: await listen(server),
    size: () => responses.size,
    publish(tick) {
      const bytes = Buffer.from(textOf(tick));
      for (const res of responses) res.write(bytes);
    },
    [Symbol.asyncDispose]: () => shut(server),
  };
};
