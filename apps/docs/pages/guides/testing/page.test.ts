// page.test.ts
import { connect } from "@sse/client";
import { encodeEvent } from "@sse/protocol";
import { expect, it } from "vitest";
import { answer } from "./answer.ts";

it("shows what a server says, without a server", async () => {
  const bytes = [
    encodeEvent({ type: "word", data: "hello", id: "1" }),
    encodeEvent({ type: "done", data: "" }),
  ];
  const headers = { "content-type": "text/event-stream" };
  const fetch = async () => new Response(new Blob(bytes), { headers });
  const seen: string[] = [];
  for await (const { type, data } of connect(answer, "http://test.example/", { fetch })) {
    seen.push(`${type}: ${data}`);
  }
  expect(seen).toEqual(["word: hello", "done: "]);
});
