// answer.test.ts
import { request } from "@sse/client";
import { expect, it } from "vitest";
import { answer, respond } from "./answer.ts";

/** In place of the network: what the client asks goes to the handler, and the answer to the client. */
const inProcess = async (asked: Request) => respond(asked);

it("says back, word by word, what it was asked", async () => {
  const words: string[] = [];
  const url = "http://test.example/?q=how+are+you";
  for await (const event of request(answer, url, { fetch: inProcess })) {
    if (event.type === "word") words.push(event.data);
  }
  expect(words).toEqual(["how", "are", "you"]);
});

it("refuses an empty question", async () => {
  expect(respond(new Request("http://test.example/")).status).toBe(422);
});
