// live-prices.ts
import { connect } from "@sse/client";
import { useSyncExternalStore } from "react";
import { market } from "./events.ts";

/** One stream for all components that show a price; none while no component does. */
export class LivePrices {
  readonly #url: string;
  readonly #prices = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #close: (() => void) | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    this.#close ??= this.#open();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#close?.();
      this.#close = undefined;
    };
  };

  price(symbol: string): number | undefined {
    return this.#prices.get(symbol);
  }

  #open(): () => void {
    const stream = connect(market, this.#url);
    stream.on("price", ({ data }) => {
      this.#prices.set(data.symbol, data.price);
      for (const listener of this.#listeners) listener();
    });
    return () => stream.close();
  }
}

export function usePrice(live: LivePrices, symbol: string) {
  return useSyncExternalStore(
    live.subscribe,
    () => live.price(symbol),
    () => undefined, // on the server nothing is known yet
  );
}
