import { defineEvents, json } from "@sse/protocol";
import { createHub } from "@sse/server";
import type { BroadcasterOptions } from "../broadcaster.ts";
import type { Tick, TickData } from "../tick.ts";

const events = defineEvents({ tick: json<TickData>() });

/** Ours, to be put behind any server. */
export class OurHub {
  readonly #hub;

  constructor({ heartbeatMs, slowConsumer }: BroadcasterOptions) {
    // Nobody comes back here, and what is kept for those who do would be counted as the connections'.
    this.#hub = createHub(events, { heartbeatMs, slowConsumer, replay: { maxEvents: 100 } });
  }

  readonly respond = (request: Request): Promise<Response> => this.#hub.respond(request);

  get size(): number {
    return this.#hub.stats().connections;
  }

  publish({ data }: Tick): void {
    void this.#hub.publish("tick", data);
  }
}
