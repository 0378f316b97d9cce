import { type ConnectionState, connect, EventSource, request } from "@sse/client";
import { defineEvents, type EventOf, encodeEvent, isSseError, json, readEvents, text } from "@sse/protocol";
import { createChannelHub, createHub, eventStream } from "@sse/server";

/** Fails to compile unless both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_proof: Same<A, B>): void => {};

interface Tick {
  readonly symbol: string;
  readonly price: number;
}

export const market = defineEvents({ tick: json<Tick>(), log: text() }, { end: ["log"] });
const jsonOnly = defineEvents({ tick: json<Tick>() });

same<EventOf<typeof market, "tick">["data"], Tick>(true);
// @ts-expect-error: a reserved event type
defineEvents({ "sse.end": text() });
// @ts-expect-error: no such event type
market.event("tock", { symbol: "ACME", price: 1 });
// @ts-expect-error: not the data of a tick
market.event("tick", { symbol: "ACME" });

export const bytes: Uint8Array = encodeEvent({ type: "tick", data: "1", id: undefined });

export async function read(response: Response): Promise<void> {
  for await (const event of readEvents(response, { events: market })) {
    if (event.type === "tick") same<typeof event.data, Tick>(true);
    else same<typeof event.data, string>(true);
  }
}

export async function follow(url: string): Promise<void> {
  await using subscription = connect(market, url, { gaps: "event" });
  subscription.on("tick", (event) => same<typeof event.data, Tick>(true));
  const state: ConnectionState = subscription.state;
  if (state.status === "waiting") same<typeof state.delayMs, number>(true);
  for await (const event of subscription) {
    if (event.type === "sse.gap") same<typeof event.data.reason, string>(true);
  }
  const typeOnly = connect<typeof jsonOnly>(url);
  typeOnly.on("tick", (event) => same<typeof event.data, Tick>(true));
  // @ts-expect-error: text needs the contract itself
  connect<typeof market>(url);
}

export async function ask(url: string): Promise<number | undefined> {
  try {
    for await (const event of request(market, url, { json: { question: "?" } })) {
      if (event.type === "tick") return event.data.price;
    }
  } catch (error) {
    if (isSseError(error)) same<typeof error.retryable, boolean>(true);
  }
  return undefined;
}

export function listen(url: string): EventSource {
  const source = new EventSource(url, { headers: { authorization: "Bearer …" }, events: market });
  source.addEventListener("tick", (event) => same<typeof event.data, Tick>(true));
  return new EventSource(url);
}

export async function serve(incoming: Request): Promise<Response> {
  const hub = createHub(market);
  const rooms = createChannelHub(market);
  const id = await hub.publish("tick", { symbol: "ACME", price: 1 });
  same<typeof id, string>(true);
  // @ts-expect-error: a channel hub wants to know the channel
  await rooms.publish("tick", { symbol: "ACME", price: 1 });
  // @ts-expect-error: not the data of a tick
  await hub.publish("tick", { symbol: 1 });
  if (incoming.method === "POST") return hub.respond(incoming);
  return eventStream(market, incoming, async function* () {
    yield market.event("tick", { symbol: "ACME", price: 1 });
  });
}
