// client.ts
import { request } from "@sse/client";
import { market } from "./market.ts";

export async function day(url: string, options: { fetch?: typeof fetch } = {}): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of request(market, url, options)) {
    if (event.type === "tick") {
      // What is received is its output: `at` is a Date.
      seen.push(`${event.data.symbol} ${event.data.price} at ${event.data.at.getUTCHours()}:00`);
    } else if (event.type === "chart") seen.push(`${event.data.length} bytes`);
    else if (event.type === "closed") seen.push(`closed after ${event.data.total}`);
  }
  return seen;
}
