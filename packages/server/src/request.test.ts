import { defineEvents, text } from "@sse/protocol";
import { expect, test, vi } from "vitest";
import { listen } from "../test/support/serve.ts";
import { eventStream } from "./event-stream.ts";
import { createHub } from "./hub.ts";
import { toNodeListener } from "./node.ts";

const notes = defineEvents({ note: text() });

test.each([
  ["node:http", { url: "/", method: "GET", headers: {} }],
  ["nothing", undefined],
])("the request of %s is refused in words that say what to do", async (_, wrong) => {
  await using hub = createHub(notes);
  // biome-ignore lint/suspicious/noExplicitAny: what JavaScript, and a listener's loose type, let through
  const request = wrong as any;
  await expect(hub.respond(request)).rejects.toThrow(/no web Request.*toNodeListener/);
  expect(() => eventStream(notes, request, () => {})).toThrow(/no web Request.*toNodeListener/);
});

test("a handler that forgets to return its response is told so, and the client gets a 500", async () => {
  const onError = vi.fn();
  // biome-ignore lint/suspicious/noExplicitAny: JavaScript lets it through
  const forgets = (() => {}) as any;
  await using served = await listen(toNodeListener(forgets, { onError }));
  expect((await fetch(`http://127.0.0.1:${served.port}/`)).status).toBe(500);
  expect(onError.mock.calls[0]?.[0]).toMatchObject({
    message: 'The handler returned undefined, not a Response: is a "return" missing?',
  });
});
