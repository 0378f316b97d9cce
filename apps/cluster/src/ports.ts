import { once } from "node:events";
import { connect, type Server } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

export async function listening(server: Server): Promise<void> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
}

export function portOf(server: Server): number {
  const address = server.address();
  if (typeof address === "object" && address !== null) return address.port;
  throw new Error("The server does not listen.");
}

/** Waits until something answers on a port. */
export async function answers(port: number): Promise<void> {
  await until(() => canConnect(port), `nothing answers on port ${port}`);
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const settle = (can: boolean): void => {
      socket.destroy();
      resolve(can);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
}

/** Asks again and again; throws what did not come true in time. */
export async function until(
  isTrue: () => boolean | Promise<boolean>,
  otherwise: string | (() => string),
  withinMs = 30_000,
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(typeof otherwise === "string" ? otherwise : otherwise());
    await delay(20);
  }
}
