import * as client from "@sse/client";
import * as sharing from "@sse/client/share";
import { expect, test } from "vitest";

test("the door to sharing is one name", () => {
  expect(Object.keys(sharing)).toEqual(["share"]);
});

test("the door is these names, and no others", () => {
  expect(Object.keys(client).sort()).toEqual(["EventSource", "connect", "request", "sessionCursor"]);
});
