import * as client from "@sse/client";
import { expect, test } from "vitest";

test("the door is these names, and no others", () => {
  expect(Object.keys(client).sort()).toEqual(["EventSource", "connect", "request", "sessionCursor"]);
});
