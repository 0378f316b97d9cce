import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";

const used = new Set<number>();

/**
 * Listens on a port of this machine that nothing in this run had before: `fetch` keeps connections by origin, and
 * one that was just reset, to a server that is gone, would be taken for the new server's.
 */
export async function listen(server: Server): Promise<number> {
  for (;;) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo; // a TCP server that listens has one
    if (!used.has(port)) {
      used.add(port);
      return port;
    }
    await new Promise((resolve) => server.close(resolve));
  }
}
