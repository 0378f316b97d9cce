import { routes } from "../routes.ts";

// As much of Bun as this file needs: its declarations are not installed here.
declare const Bun: {
  serve(options: {
    port: number;
    hostname: string;
    idleTimeout?: number;
    fetch: (request: Request) => Promise<Response>;
  }): { readonly port: number };
};

// Bun's own limit is 10 seconds; 0 is none.
const noLimit = process.env.IDLE_TIMEOUT === "0" ? { idleTimeout: 0 } : {};
const { port } = Bun.serve({ port: 0, hostname: "127.0.0.1", ...noLimit, fetch: routes });
console.log(`"port": ${port}`);
