import { hubRoutes } from "../hub-routes.ts";
import { isForHub } from "../routes.ts";
import { streamRoutes } from "../stream-routes.ts";

/** All hubs: connections of several requests can be written only inside of one object. */
export class Hubs {
  fetch(request: Request): Promise<Response> {
    return hubRoutes(request);
  }
}

// As much of the platform as this file needs: its declarations are not installed here.
interface Env {
  readonly Hubs: { idFromName(name: string): unknown; get(id: unknown): Hubs };
}

export default {
  async fetch(request: Request, { Hubs: hubs }: Env): Promise<Response> {
    return isForHub(request) ? hubs.get(hubs.idFromName("all")).fetch(request) : streamRoutes(request);
  },
};
