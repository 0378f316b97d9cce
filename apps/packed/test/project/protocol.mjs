// The protocol alone: write an event, read it back.
import assert from "node:assert/strict";
import { defineEvents, EventStreamParser, encodeEvent, json, readEvents, SseError } from "@sse/protocol";

const market = defineEvents({ tick: json() });
const { type, data } = market.event("tick", { symbol: "ACME", price: 42 });
const bytes = encodeEvent({ type, data: JSON.stringify(data), id: "1" });

const events = [];
new EventStreamParser({ onEvent: (event) => events.push(event) }).feed(bytes);
assert.deepEqual(events, [{ type: "tick", data: '{"symbol":"ACME","price":42}', lastEventId: "1" }]);

for await (const event of readEvents(new Response(bytes), { events: market })) {
  assert.deepEqual(event, { type: "tick", data: { symbol: "ACME", price: 42 }, lastEventId: "1" });
  events.push(event);
}
assert.equal(events.length, 2);
assert.throws(() => encodeEvent({ id: "a\nb" }), SseError);
console.log("protocol: ok");
