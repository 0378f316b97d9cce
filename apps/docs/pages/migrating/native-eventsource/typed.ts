// typed.ts
import { connect } from "@sse/client";
import { defineEvents, json } from "@sse/protocol";

const market = defineEvents({ tick: json<{ price: number }>() });

export function follow(url: string, log: (line: string) => void): () => void {
  const stream = connect(market, url);
  stream.on("tick", (event) => log(`tick ${event.data.price}`));
  stream.onStateChange((state) => {
    if (state.status === "open") log("open");
    if (state.status === "waiting") log("again");
    if (state.status === "closed") log("over");
  });
  return () => stream.close();
}
