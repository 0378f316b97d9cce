// after-get.ts
import { connect } from "@sse/client";
import { defineEvents, json } from "@sse/protocol";

const market = defineEvents({ tick: json<{ price: number }>() });

export function follow(url: string, token: () => string, log: (line: string) => void): () => void {
  const stream = connect(market, url, { headers: () => ({ authorization: `Bearer ${token()}` }) });
  stream.on("tick", (event) => log(`${event.type} ${event.data.price}`));
  return () => stream.close();
}
