import { request } from "@sse/client";
import { TruncatedError } from "@sse/protocol";
import { toNodeListener } from "@sse/server/node";
import { expect, it } from "vitest";
import { answer } from "../../pages/guides/post/answer.ts";
import { ask } from "../../pages/guides/post/client.ts";
import { respond as respondWithJobs } from "../../pages/guides/post/jobs.ts";
import { ask as askOn } from "../../pages/guides/post/resuming.ts";
import { respond } from "../../pages/guides/post/server.ts";
import { serve } from "../support/serve.ts";

it("a question is posted as JSON, and its answer read to the end", async () => {
  await using server = await serve(toNodeListener(respond));
  expect(await ask(server.url, "how are you")).toBe("You asked: how are you");
});

it("an answer that is no stream is an error that shows it", async () => {
  await using server = await serve(toNodeListener(respond));
  expect(await ask(server.url, 42)).toBe("422: Ask something.\n");
});

it("a cut answer is told from a whole one, and the question is not asked again", async () => {
  let asked = 0;
  await using server = await serve((_req, res) => {
    asked++;
    res.setHeader("content-type", "text/event-stream");
    res.write("event: word\ndata: You\n\n", () => setImmediate(() => res.destroy()));
  });
  expect(await ask(server.url, "how")).toBe("You … (cut off)");
  expect(asked).toBe(1);
});

it("cancelled by its signal, the loop throws the signal's reason", async () => {
  await using server = await serve((_req, res) => {
    res.setHeader("content-type", "text/event-stream");
    res.write("event: word\ndata: You\n\n");
  });
  const gone = new AbortController();
  setTimeout(() => gone.abort(new Error("enough")), 50);
  await expect(ask(server.url, "how", gone.signal)).rejects.toThrow("enough");
});

it("with resume, an answer that is cut again and again is read whole, each word once", async () => {
  const seen: string[] = [];
  const answering = toNodeListener(respondWithJobs);
  await using server = await serve((req, res) => {
    seen.push(req.method ?? "");
    const before = req.socket.bytesWritten;
    answering(req, res);
    if (seen.length === 4) return;
    // Cut after some words; the fourth connection lives.
    const watching = setInterval(() => {
      if (req.socket.bytesWritten - before < 1500) return;
      clearInterval(watching);
      res.destroy();
    }, 5);
  });
  const question = Array.from({ length: 200 }, (_, n) => `word${n}`).join(" ");
  expect(await askOn(server.url, question)).toBe(question);
  expect(seen).toEqual(["POST", "GET", "GET", "GET"]);
});

it("a page that was loaded anew has all of the answer, without asking again", async () => {
  const seen: string[] = [];
  const answering = toNodeListener(respondWithJobs);
  await using server = await serve((req, res) => {
    seen.push(req.method ?? "");
    answering(req, res);
  });
  let job = "";
  for await (const event of request(answer, server.url, { json: { question: "how are you" } })) {
    job = event.lastEventId.split("/")[0] ?? "";
    if (event.type === "word") break; // the page is left
  }
  const words: string[] = [];
  for await (const event of request(answer, server.url, { lastEventId: `${job}/0` })) {
    if (event.type === "word") words.push(event.data);
  }
  expect([words, seen]).toEqual([
    ["how", "are", "you"],
    ["POST", "GET"],
  ]);
});

it("without an id in what came there is nothing to resume from", async () => {
  await using server = await serve((_req, res) => {
    res.setHeader("content-type", "text/event-stream");
    res.write("event: word\ndata: You\n\n", () => setImmediate(() => res.destroy()));
  });
  await expect(askOn(server.url, "how")).rejects.toThrow(TruncatedError);
});

it("resume: same repeats the request itself", async () => {
  const seen: (readonly [string, unknown])[] = [];
  await using server = await serve((req, res) => {
    seen.push([req.method ?? "", req.headers["last-event-id"]]);
    res.setHeader("content-type", "text/event-stream");
    if (seen.length === 1)
      res.write("id: 1\nevent: word\ndata: a\n\n", () => setImmediate(() => res.destroy()));
    else res.end("id: 2\nevent: word\ndata: b\n\nevent: done\ndata: stop\n\n");
  });
  const read: string[] = [];
  for await (const { data } of request(answer, server.url, { json: {}, resume: "same" })) read.push(data);
  expect(read).toEqual(["a", "b", "stop"]);
  expect(seen).toEqual([
    ["POST", undefined],
    ["POST", "1"],
  ]);
});
