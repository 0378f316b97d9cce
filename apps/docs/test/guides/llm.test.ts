import { once } from "node:events";
import { request } from "@sse/client";
import { toNodeListener } from "@sse/server/node";
import { expect, it, vi } from "vitest";
import { ask } from "../../pages/guides/llm/ask.ts";
import { message, response } from "../../pages/guides/llm/contracts.ts";
import { answer, respond } from "../../pages/guides/llm/own-events.ts";
import { respond as passOn } from "../../pages/guides/llm/passing-on.ts";
import { serve } from "../support/serve.ts";

const word = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;
const model = (body: string, end: (res: { end(): unknown; destroy(): unknown }) => void) =>
  serve((_req, res) => {
    res.setHeader("content-type", "text/event-stream");
    res.write(body, () => setImmediate(() => end(res)));
  });

it("an answer that ends with [DONE] is whole, one without is cut, however the body ends", async () => {
  const words: string[] = [];
  const show = (more: string) => words.push(more);
  await using whole = await model(`${word("Hello")}${word(", you")}data: [DONE]\n\n`, (res) => res.end());
  expect(await ask(whole.url, "hi", show)).toBe("whole");
  expect(words.join("")).toBe("Hello, you");
  await using clean = await model(word("Hello"), (res) => res.end());
  expect(await ask(clean.url, "hi", show)).toBe("cut");
  await using torn = await model(word("Hello"), (res) => res.destroy());
  expect(await ask(torn.url, "hi", show)).toBe("cut");
});

it("a refusal in JSON becomes an error with its text", async () => {
  await using server = await serve((_req, res) => {
    res.writeHead(429, { "content-type": "application/json" }).end('{"error":"slow down"}');
  });
  await expect(ask(server.url, "hi", () => {})).rejects.toThrow('{"error":"slow down"}');
});

it("cancelling ends the request", async () => {
  const left = Promise.withResolvers<void>();
  await using server = await serve((_req, res) => {
    res.once("close", left.resolve);
    res.setHeader("content-type", "text/event-stream");
    res.write(word("Hello"));
  });
  const stop = new AbortController();
  const asked = ask(server.url, "hi", () => stop.abort(), stop.signal);
  expect(await asked).toBe("cancelled");
  await left.promise;
});

it("the type may stand on the event line, or in the JSON with the cursor", async () => {
  const delta = 'event: content_block_delta\ndata: {"delta":{"text":"Hi"}}\n\n';
  await using named = await model(
    `${delta}event: ping\ndata: {}\n\nevent: message_stop\ndata: {}\n\n`,
    (res) => res.end(),
  );
  const types: string[] = [];
  for await (const { type } of request(message, named.url, { json: {} })) types.push(type);
  expect(types).toEqual(["content_block_delta", "message_stop"]);
  const inJson = ["response.output_text.delta", "response.completed"]
    .map((type, n) => `data: ${JSON.stringify({ type, delta: "Hi", sequence_number: n + 7 })}\n\n`)
    .join("");
  await using within = await model(inJson, (res) => res.end());
  const ids: string[] = [];
  for await (const { type, lastEventId } of request(response, within.url, { json: {} }))
    ids.push(`${type} ${lastEventId}`);
  expect(ids).toEqual(["response.output_text.delta 7", "response.completed 8"]);
});

it("a model that is cut makes the page's answer an error, and not a short answer", async () => {
  const logged = vi.spyOn(console, "error").mockImplementation(() => {});
  await using upstream = await model(word("Hello"), (res) => res.destroy());
  await using server = await serve(toNodeListener((asked) => respond(asked, upstream.url, "secret")));
  const read: unknown[] = [];
  const failed = (async () => {
    for await (const { data } of request(answer, server.url, { json: { messages: [] } })) read.push(data);
  })();
  await expect(failed).rejects.toMatchObject({ code: "server-error" });
  expect(read).toEqual(["Hello"]);
  expect(logged).toHaveBeenCalledOnce();
  logged.mockRestore();
});

it("the vendor's stream is passed on as it is, whole or not as whole", async () => {
  const logged = vi.spyOn(console, "error").mockImplementation(() => {});
  const words: string[] = [];
  const answers = [
    `${word("Hello")}${word(", you")}data: [DONE]\n\n`, // whole
    `${word("Hello")}data: {"choi`, // cut within an event
  ];
  for (const answered of answers) {
    await using upstream = await model(answered, (res) => res.end());
    await using server = await serve(toNodeListener((asked) => passOn(asked, upstream.url, "secret")));
    const asked = ask(server.url, "hi", (more) => words.push(more));
    if (answered === answers[0]) expect(await asked).toBe("whole");
    else await expect(asked).rejects.toMatchObject({ code: "server-error" });
  }
  expect(words).toEqual(["Hello", ", you", "Hello"]);
  logged.mockRestore();
});

it("the server in between keeps the key, and stops the model when the page leaves", async () => {
  const keys: unknown[] = [];
  const left = Promise.withResolvers<void>();
  await using upstream = await serve(async (req, res) => {
    keys.push(req.headers.authorization);
    res.once("close", left.resolve);
    res.setHeader("content-type", "text/event-stream");
    res.write(word("Hello") + word(", page"));
    await once(req.resume(), "end");
    if (keys.length === 1) res.end("data: [DONE]\n\n");
  });
  await using server = await serve(toNodeListener((asked) => respond(asked, upstream.url, "secret")));
  const read: unknown[] = [];
  for await (const { data } of request(answer, server.url, { json: { messages: [] } })) read.push(data);
  expect(read).toEqual(["Hello", ", page", { tokens: 2 }]);
  for await (const _ of request(answer, server.url, { json: { messages: [] } })) break;
  await left.promise;
  expect(keys).toEqual(["Bearer secret", "Bearer secret"]);
});
