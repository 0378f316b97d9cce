// after.ts
import { connect } from "@sse/client";
import { defineEvents, json } from "@sse/protocol";

const market = defineEvents({ tick: json<{ price: number }>() });

export async function firstPrices(url: string, count: number): Promise<readonly number[]> {
  const prices: number[] = [];
  for await (const event of connect(market, url, { headers: { "x-app": "1" } })) {
    if (prices.push(event.data.price) === count) break; // leaving the loop closes
  }
  return prices;
}
