import { defineEvents, json } from "@sse/protocol";
import { createHub } from "@sse/server";
import type { Broadcaster, BroadcasterOptions } from "../broadcaster.ts";
import type { TickData } from "../tick.ts";

const events = defineEvents({ tick: json<TickData>() });

/** Ours, to be put behind any server. */
export class OurHub {
  readonly #hub;

  constructor({ heartbeatMs, slowConsumer }: BroadcasterOptions) {
    // Nobody comes back here, and what is kept for those who do would be counted as the connections'.
    this.#hub = createHub(events, { heartbeatMs, slowConsumer, replay: { maxEvents: 100 } });
  }

  readonly respond = (request: Request): Promise<Response> => this.#hub.respond(request);

  broadcaster(port: number, shut: () => Promise<void>): Broadcaster {
    const hub = this.#hub;
    return {
      port,
      size: () => hub.stats().connections,
      publish: ({ data }) => void hub.publish("tick", data),
      async [Symbol.asyncDispose]() {
        await hub.close();
        await shut();
      },
    };
  }
}
