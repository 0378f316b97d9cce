import { serve as serveHono } from "@hono/node-server";
import { serve as serveSrvx } from "srvx";

type Respond = (request: Request) => Response | Promise<Response>;

/** Serves Responses on Node, by a package of somebody else; resolves with the port. */
export type ServeWeb = (respond: Respond) => Promise<number>;

export const bySrvx: ServeWeb = async (respond) => {
  const server = serveSrvx({ fetch: respond, port: 0, hostname: "127.0.0.1", silent: true });
  await server.ready();
  return Number(new URL(server.url ?? "").port);
};

export const byHonoNodeServer: ServeWeb = (respond) =>
  new Promise((resolve) => {
    serveHono({ fetch: respond, port: 0, hostname: "127.0.0.1" }, ({ port }) => resolve(port));
  });
