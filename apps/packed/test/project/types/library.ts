// A library of somebody's: what it makes with ours is exported, and its declarations have to find names for all of it.
import { connect, EventSource, request } from "@sse/client";
import { share } from "@sse/client/share";
import { bytes, defineEvents, json, readEvents, text } from "@sse/protocol";
import { createChannelHub, createHub, memoryBackplane } from "@sse/server";

export * from "@sse/client";
export * as protocol from "@sse/protocol";
export * as server from "@sse/server";

export const market = defineEvents(
  { tick: json<{ price: number }>(), log: text(), raw: bytes() },
  { end: ["log"] },
);
export const tick = market.event("tick", { price: 42 });
export const hub = createHub(market, { backplane: memoryBackplane() });
export const rooms = createChannelHub(market);
export const respond = hub.respond;
export const stats = hub.stats();
export const follow = (url: string) =>
  connect(market, url, { gaps: "event", transport: share({ key: url }) });
export const followLoosely = (url: string) => connect(url);
export const ask = (url: string) => request(market, url, { json: "?" });
export const read = (response: Response) => readEvents(response, { events: market });
export const batches = (response: Response) => readEvents(response).batches();
export const listen = (url: string) => new EventSource(url, { events: market });

export class Prices {
  readonly #stream = follow("/prices");
  state = this.#stream.state;

  async next() {
    for await (const event of this.#stream) return event;
    return undefined;
  }
}
