import { expect, test } from "vitest";
import * as door from "./index.ts";
import * as nodeDoor from "./node.ts";

test("the door has these names, and no others", () => {
  expect(Object.keys(door).sort()).toEqual([
    "Frame",
    "corsHeaders",
    "corsPreflight",
    "createChannelHub",
    "createHub",
    "eventStream",
    "memoryBackplane",
    "noMoreEvents",
    "relay",
  ]);
  expect(Object.keys(nodeDoor).sort()).toEqual([
    "diagnosticsHooks",
    "leanStreams",
    "toNodeListener",
    "toRequest",
    "writeResponse",
  ]);
});
