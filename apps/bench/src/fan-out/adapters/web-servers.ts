import type { Server } from "node:http";
import { serve as serveHono } from "@hono/node-server";
import { serve as serveSrvx } from "srvx";
import { shut } from "./listen.ts";

type Respond = (request: Request) => Response | Promise<Response>;

export interface Serving {
  readonly port: number;
  /** Cuts everybody. */
  shut(): Promise<void>;
}

/** Serves Responses, by a package of somebody else or by the runtime. */
export type ServeWeb = (respond: Respond) => Promise<Serving>;

export const bySrvx: ServeWeb = async (respond) => {
  const server = serveSrvx({
    fetch: respond,
    port: 0,
    hostname: "127.0.0.1",
    silent: true,
    gracefulShutdown: false,
  });
  await server.ready();
  return { port: Number(new URL(server.url ?? "").port), shut: () => server.close(true) };
};

export const byHonoNodeServer: ServeWeb = (respond) =>
  new Promise((resolve) => {
    const server = serveHono({ fetch: respond, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
      resolve({ port, shut: () => shut(server as Server) }),
    ); // of node:http, since no other was asked for
  });
