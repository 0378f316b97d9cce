// listeners.ts
import { connect } from "@sse/client";
import { market } from "./market.ts";

/** Shows a feed. What it returns ends that. */
export function follow(url: string, show: (line: string) => void): () => void {
  const stream = connect(market, url); // in a page "/events" will do; elsewhere a URL is absolute
  stream.on("tick", ({ data }) => show(`${data.symbol} ${data.price.toFixed(2)}`));
  stream.on("news", ({ data }) => show(data));
  stream.onStateChange((state) => show(`(${state.status})`)); // connecting, open, waiting, closed
  return () => stream.close();
}
