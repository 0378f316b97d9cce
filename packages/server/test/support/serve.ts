import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { toNodeListener } from "../../src/node.ts";

/** A real server on a free port, closed with everything that is connected to it. */
export interface Served extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly server: Server;
  /** Those that are open. */
  readonly sockets: ReadonlySet<Socket>;
}

export function serve(handler: (request: Request) => Response | Promise<Response>): Promise<Served> {
  return listen(toNodeListener(handler));
}

export async function listen(listener: RequestListener): Promise<Served> {
  const server = createServer(listener);
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    server,
    sockets,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Resolves when a condition holds that nothing announces; fails after five seconds, or as long as is said. */
export async function eventually(condition: () => boolean, withinMs = 20_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`It never came to: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
