// The errors of both ends are the classes that the protocol exports.
import assert from "node:assert/strict";
import { connect, request } from "@sse/client";
import { ConnectionError, defineEvents, InvalidOptionError, isSseError, json, SseError } from "@sse/protocol";
import { createHub } from "@sse/server";

const market = defineEvents({ tick: json() });

// Nothing listens on the discard port.
const refused = await request(market, "http://127.0.0.1:9/")
  .next()
  .catch((error) => error);
assert.ok(refused instanceof ConnectionError, `request threw ${refused}`);
assert.ok(refused instanceof SseError && isSseError(refused));

assert.throws(() => connect(market, "http://127.0.0.1:9/", { idleTimeoutMs: -1 }), InvalidOptionError);
assert.throws(() => createHub(market, { heartbeatMs: -1 }), InvalidOptionError);
console.log("errors: ok");
