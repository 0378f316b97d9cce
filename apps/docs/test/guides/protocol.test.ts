import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { parse } from "../../pages/guides/protocol/parse.ts";
import { lines } from "../../pages/guides/protocol/read.ts";
import { shout } from "../../pages/guides/protocol/transform.ts";
import { asBytes, asText } from "../../pages/guides/protocol/write.ts";

it("reads a response event by event, and cancels it when the loop is left", async () => {
  await using server = createServer((_, res) => {
    res.writeHead(200, { "content-type": "text/event-stream" });
    res.write("data: a\n\nevent: note\ndata: b\n\ndata: c\n\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const left = new Promise<void>((resolve) => {
    server.on("connection", (socket) => socket.on("close", () => resolve()));
  });
  const seen: string[] = [];
  for await (const line of lines(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)) {
    seen.push(line);
    if (seen.length === 2) break;
  }
  expect(seen).toEqual(["message: a", "note: b"]);
  await left;
});

it("parses what was written, in bytes or text, cut anywhere", () => {
  expect(parse([...asText, asBytes, "data: half"])).toEqual({
    events: ["(hello)", "retry after 5000 ms", "7 note: two\nlines", '7 message: {"price":9.5}'],
    truncated: true,
  });
});

it("changes a stream as it comes", async () => {
  const body = new Response(asText).body as ReadableStream<Uint8Array>;
  expect(await new Response(shout(body)).text()).toBe("id: 7\nevent: note\ndata: TWO\ndata: LINES\n\n");
});
