// What the recipes use of other runtimes' globals. Their own type packages would clash with Node's and with each other.

declare namespace Deno {
  const env: { get(name: string): string | undefined };
  function serve(
    options: { readonly port: number; readonly hostname: string },
    handler: (request: Request, info: unknown) => Response | Promise<Response>,
  ): unknown;
}

declare namespace Bun {
  function serve(options: {
    readonly port: number;
    readonly hostname: string;
    readonly fetch: (request: Request, server: unknown) => Response | Promise<Response>;
  }): unknown;
}

interface DurableObjectNamespace {
  idFromName(name: string): { readonly "~id": never };
  get(id: { readonly "~id": never }): { fetch(request: Request): Promise<Response> };
}

declare module "cloudflare:workers" {
  export class DurableObject<Env = unknown> {
    constructor(state: unknown, env: Env);
    protected readonly env: Env;
  }
}
