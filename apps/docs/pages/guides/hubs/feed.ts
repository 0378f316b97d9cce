// feed.ts
import { createHub } from "@sse/server";
import { market } from "./events.ts";

export const hub = createHub(market, { slowConsumer: "latest" });

export async function quote(symbol: string, price: number): Promise<void> {
  await hub.publish("price", { symbol, price }, { key: symbol });
}
