// use-prices.ts
import { type ConnectionState, connect } from "@sse/client";
import { useEffect, useState } from "react";
import { market } from "./events.ts";

/** The newest price of every symbol, for as long as the component is there. */
export function usePrices(url: string) {
  const [prices, setPrices] = useState<ReadonlyMap<string, number>>(new Map());
  const [state, setState] = useState<ConnectionState>();
  useEffect(() => {
    const stream = connect(market, url);
    stream.on("price", ({ data }) => setPrices((before) => new Map(before).set(data.symbol, data.price)));
    stream.onStateChange(setState);
    return () => stream.close();
  }, [url]);
  return { prices, state };
}
