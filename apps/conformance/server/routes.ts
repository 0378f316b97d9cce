import { hubRoutes } from "./hub-routes.ts";
import { streamRoutes } from "./stream-routes.ts";

/** Everything that a host serves. Where hubs have to live apart, a host tells the two apart itself. */
export async function routes(request: Request): Promise<Response> {
  return isForHub(request) ? hubRoutes(request) : streamRoutes(request);
}

export function isForHub(request: Request): boolean {
  return new URL(request.url).pathname.startsWith("/hub/");
}
