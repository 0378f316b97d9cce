// after.ts
import { defineEvents, json } from "@sse/protocol";
import { createHub } from "@sse/server";
import { toNodeListener } from "@sse/server/node";

export const market = defineEvents({ tick: json<{ price: number }>() });
export const hub = createHub(market);

export const events = toNodeListener(hub.respond);

export async function tick(price: number): Promise<void> {
  await hub.publish("tick", { price });
}
