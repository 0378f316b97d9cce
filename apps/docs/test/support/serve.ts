import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A server of this process on a free port, closed with everything that is connected to it. */
export interface Served extends AsyncDisposable {
  readonly port: number;
  /** Ends in a slash. */
  readonly url: string;
  /** Cuts every connection; the server goes on. */
  cut(): void;
}

export async function serve(
  listener: (req: IncomingMessage, res: ServerResponse) => unknown,
): Promise<Served> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    cut: () => server.closeAllConnections(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
