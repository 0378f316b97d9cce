import type { ServeWeb } from "./web-servers.ts";

type Respond = Parameters<ServeWeb>[0];

// As much of either runtime as is used here.
declare const Bun: {
  serve(options: { fetch: Respond; port: number; hostname: string; idleTimeout: number }): { port: number };
};
declare const Deno: {
  serve(options: object, respond: Respond): { readonly addr: { readonly port: number } };
};

/** What the runtime itself serves Responses with. */
export const byRuntime: ServeWeb = async (respond) => {
  const where = { port: 0, hostname: "127.0.0.1" };
  if ("Bun" in globalThis) return Bun.serve({ fetch: respond, ...where, idleTimeout: 0 }).port;
  return Deno.serve({ ...where, onListen: () => {} }, respond).addr.port;
};
