// Plain JavaScript, checked: the types come from JSDoc, and from the contract.
import { connect } from "@sse/client";
import { defineEvents, json, text } from "@sse/protocol";
import { createHub } from "@sse/server";

/** @typedef {{ symbol: string, price: number }} Tick */
/** @type {import("@sse/protocol").JsonCodec<Tick>} */
const tick = json();
const market = defineEvents({ tick, log: text() });

const hub = createHub(market);
hub.publish("tick", { symbol: "ACME", price: 42 });
// @ts-expect-error: not the data of a tick
hub.publish("tick", { symbol: "ACME" });
for await (const event of connect(market, "http://127.0.0.1:3000/")) {
  if (event.type === "tick") event.data.price.toFixed(2);
  // @ts-expect-error: the other one is a string
  else event.data.price;
}

const loose = createHub(defineEvents({ tick: json() }));
loose.publish("tick", { anything: 1 });
