import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createHub, type Hub } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { numbers } from "./contract.ts";

/** Publishes numbers as fast as one likes, and can be cut. */
export interface LogServer extends AsyncDisposable {
  readonly url: string;
  readonly published: number;
  publish(): void;
  /** Ends all connections at once. */
  cut(): void;
}

/** Our own server: ids are positions in a log. */
export async function hubServer(): Promise<LogServer> {
  const hub: Hub<(typeof numbers)["events"]> = createHub(numbers);
  const server = createServer(toNodeListener((request) => hub.respond(request)));
  return serve(
    server,
    (n) => void hub.publish("n", n),
    () => hub.close(),
  );
}

/** Somebody else's: it announces nothing, and its ids mean something to nobody else. */
export async function opaqueServer(): Promise<LogServer> {
  const log: string[] = [];
  const readers = new Set<ServerResponse>();
  const idOf = (index: number) => `x${(index * 7919) % 104_729}`;
  const server = createServer((request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    const last = request.headers["last-event-id"];
    const from = last === undefined ? log.length : log.findIndex((_, index) => idOf(index) === last) + 1;
    for (const text of log.slice(from)) response.write(text);
    readers.add(response);
    response.once("close", () => readers.delete(response));
  });
  const publish = (n: number) => {
    const text = `id: ${idOf(log.length)}\nevent: n\ndata: ${n}\n\n`;
    log.push(text);
    for (const reader of readers) reader.write(text);
  };
  return serve(server, publish, async () => {});
}

async function serve(
  server: Server,
  publish: (n: number) => void,
  close: () => Promise<unknown>,
): Promise<LogServer> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP server that listens
  let published = 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    get published() {
      return published;
    },
    publish: () => publish(++published),
    cut: () => server.closeAllConnections(),
    [Symbol.asyncDispose]: async () => {
      await close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
