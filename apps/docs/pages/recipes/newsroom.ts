// newsroom.ts
import { DurableObject } from "cloudflare:workers";
import { createHub } from "@sse/server";
import { news } from "./events.ts";

/** The hub: one object, to which every request of this feed is sent. */
export class Newsroom extends DurableObject {
  readonly #hub = createHub(news);
  #n = 0;

  async fetch(request: Request): Promise<Response> {
    if (request.method !== "POST") return this.#hub.respond(request);
    const text = await request.text();
    return new Response(await this.#hub.publish("headline", { n: ++this.#n, text }));
  }
}

interface Env {
  readonly NEWSROOM: DurableObjectNamespace;
}

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    return env.NEWSROOM.get(env.NEWSROOM.idFromName("front page")).fetch(request);
  },
};
