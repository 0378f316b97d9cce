// hub.test.ts
import { connect } from "@sse/client";
import { createHub } from "@sse/server";
import { expect, it } from "vitest";
import { answer } from "./answer.ts";

it("what is published arrives", async () => {
  await using hub = createHub(answer); // closed when the test is over
  const stream = connect(answer, "http://test.example/", { fetch: (request) => hub.respond(request) });
  const words: string[] = [];
  stream.on("word", ({ data }) => words.push(data));
  await expect.poll(() => hub.stats().connections).toBe(1); // who connects later begins later
  await hub.publish("word", "hello");
  await expect.poll(() => words).toEqual(["hello"]);
  stream.close();
});
