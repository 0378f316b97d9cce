// loop.ts
import { connect } from "@sse/client";
import { market } from "./market.ts";

/** Waits for a price. Leaving the loop closes the stream. */
export async function priceOf(symbol: string, url: string, signal?: AbortSignal): Promise<number> {
  for await (const event of connect(market, url, { signal })) {
    if (event.type === "tick" && event.data.symbol === symbol) return event.data.price;
  }
  throw new Error("The stream is finished.");
}
