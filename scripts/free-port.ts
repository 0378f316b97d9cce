import { randomInt } from "node:crypto";
import getPort from "get-port";

/**
 * A port of this machine for a server that is started later, or that keeps it while it is away. It is below those
 * that systems give to outgoing connections, any of which could take it meanwhile, and drawn by lot, since several
 * processes ask at once.
 */
export async function freePort(): Promise<number> {
  const drawn = Array.from({ length: 50 }, () => randomInt(10_000, 30_000));
  const port = await getPort({ host: "127.0.0.1", port: drawn });
  // What it falls back to is such a port as the comment above speaks of.
  if (!drawn.includes(port)) throw new Error("None of 50 ports is free.");
  return port;
}
