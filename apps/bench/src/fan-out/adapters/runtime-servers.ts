import type { ServeWeb } from "./web-servers.ts";

type Respond = Parameters<ServeWeb>[0];

// As much of either runtime as is used here.
declare const Bun: {
  serve(options: { fetch: Respond; port: number; hostname: string; idleTimeout: number }): {
    readonly port: number;
    stop(cut: boolean): Promise<void>;
  };
};
declare const Deno: {
  serve(
    options: object,
    respond: Respond,
  ): {
    readonly addr: { readonly port: number };
    shutdown(): Promise<void>;
  };
};

/** What the runtime itself serves Responses with. */
export const byRuntime: ServeWeb = async (respond) => {
  const where = { port: 0, hostname: "127.0.0.1" };
  if ("Bun" in globalThis) {
    const server = Bun.serve({ fetch: respond, ...where, idleTimeout: 0 });
    return { port: server.port, shut: () => server.stop(true) };
  }
  const server = Deno.serve({ ...where, onListen: () => {} }, respond);
  return { port: server.addr.port, shut: () => server.shutdown() };
};
