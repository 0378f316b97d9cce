import { routes } from "../routes.ts";

// As much of Deno as this file needs: its declarations are not installed here.
declare const Deno: {
  serve(
    options: { port: number; hostname: string; onListen: (at: { port: number }) => void },
    handler: (request: Request) => Promise<Response>,
  ): unknown;
};

Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log(`"port": ${port}`) },
  routes,
);
