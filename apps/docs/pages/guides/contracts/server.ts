// server.ts
import { eventStream } from "@sse/server";
import { market } from "./market.ts";

export function respond(request: Request): Response {
  return eventStream(market, request, async function* () {
    // What is sent is the schema's input: `at` is the string that goes over the wire.
    yield market.event("tick", { symbol: "ACME", price: 9.5, at: "2026-11-21T12:00:00Z" }, { id: "1" });
    yield market.event("chart", Uint8Array.of(0, 255));
    yield market.event("closed", { total: 1 });
  });
}
