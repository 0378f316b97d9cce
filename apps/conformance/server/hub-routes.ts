import { defineEvents, text } from "@sse/protocol";
import { createHub, type Hub } from "@sse/server";
import type { HubFacts, HubSetup, Publication } from "./facts.ts";

const events = defineEvents({ note: text() });

/** The hub of one check, which its first request makes. */
class CheckedHub {
  readonly #closed: string[] = [];
  readonly #errors: string[] = [];
  readonly #hub: Hub<(typeof events)["events"]>;

  constructor({ authorize, ...setup }: HubSetup) {
    this.#hub = createHub(events, {
      ...setup,
      authorize: authorize ? whoAsks : undefined,
      hooks: { closed: (_connection, reason) => void this.#closed.push(reason) },
      onError: (error) => void this.#errors.push(String(error)),
    });
  }

  async answer(request: Request, action: string, query: URLSearchParams): Promise<Response> {
    if (action === "feed") return this.#hub.respond(request, { ip: query.get("ip") ?? undefined });
    if (action === "facts") return Response.json(this.#facts());
    const body: unknown = await request.json();
    // The checks write both kinds of bodies.
    if (action === "publish") return Response.json(await this.#publish(body as Publication));
    if (action === "drain") await this.#hub.drain(body as { overMs: number; retryMs: number });
    if (action === "revoke") await this.#hub.revoke(String(body));
    return Response.json("done");
  }

  async #publish({ texts, count = 0, bytes = 0, key }: Publication): Promise<readonly string[]> {
    const all = texts ?? Array.from({ length: count }, (_, n) => `${n} `.padEnd(bytes, "x"));
    return Promise.all(all.map((one) => this.#hub.publish("note", one, { key })));
  }

  #facts(): HubFacts {
    return { stats: { ...this.#hub.stats() }, closed: this.#closed, errors: this.#errors };
  }
}

function whoAsks(request: Request): { principal: string } | Response {
  const user = new URL(request.url).searchParams.get("user");
  if (user === "broken") throw new Error("the secret of the database is 1234");
  return user === null ? new Response("who are you?", { status: 401 }) : { principal: user };
}

const hubs = new Map<string, CheckedHub>();

/** `/hub/<action>?case=<name>`: `make`, `feed`, `publish`, `drain`, `revoke`, `facts`. */
export async function hubRoutes(request: Request): Promise<Response> {
  const { pathname, searchParams: query } = new URL(request.url);
  const action = pathname.slice("/hub/".length);
  const name = query.get("case") ?? "";
  if (action === "make") {
    hubs.set(name, new CheckedHub((await request.json()) as HubSetup)); // the checks write it
    return Response.json("made");
  }
  return (await hubs.get(name)?.answer(request, action, query)) ?? new Response("no hub", { status: 404 });
}
