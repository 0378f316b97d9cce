// Both ends over a real socket: what the server publishes, the client receives, typed by one contract.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "@sse/client";
import { defineEvents, json } from "@sse/protocol";
import { createHub } from "@sse/server";
import { toNodeListener } from "@sse/server/node";

const market = defineEvents({ tick: json() });
const hub = createHub(market);
const server = createServer(toNodeListener(hub.respond)).listen(0, "127.0.0.1");
await once(server, "listening");

const subscription = connect(market, `http://127.0.0.1:${server.address().port}/`);
let published = 0;
subscription.onStateChange(({ status }) => {
  if (status === "open" && published++ === 0) hub.publish("tick", { symbol: "ACME", price: 42 });
});
let received;
for await (const event of subscription) {
  received = event;
  break;
}
assert.equal(received.type, "tick");
assert.deepEqual(received.data, { symbol: "ACME", price: 42 });
assert.ok(received.lastEventId.length > 0, "the event carries its position");

await hub.close();
server.closeAllConnections();
server.close();
console.log("round trip: ok");
