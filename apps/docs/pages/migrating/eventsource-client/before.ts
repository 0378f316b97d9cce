// before.ts
import { createEventSource } from "eventsource-client";

export async function firstPrices(url: string, count: number): Promise<readonly number[]> {
  const source = createEventSource({ url, headers: { "x-app": "1" } });
  const prices: number[] = [];
  for await (const { data, event } of source) {
    if (event === "tick" && prices.push(JSON.parse(data).price) === count) break;
  }
  source.close();
  return prices;
}
