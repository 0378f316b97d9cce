import { connect } from "@sse/client";
import { expect, test } from "vitest";
import type { memory } from "../add/server.ts";
import { openTab } from "./support/browser.ts";
import { Example } from "./support/example.ts";
import { installed } from "./support/installed.ts";
import { readers } from "./support/readers.ts";

for (const reader of readers) {
  test.skipIf(reader.missing)(
    `${reader.name} reads what is added, each event with an id of its own`,
    async () => {
      await using server = await Example.start("add");
      await using reading = await reader.read(server.events, { types: ["add"] });
      const [first, second] = await reading.until("add", 2);
      for (const { data } of [first!, second!]) {
        expect(JSON.parse(data)).toEqual({
          at: expect.stringMatching(/^\d\d:\d\d:\d\d$/),
          freeMegabytes: expect.any(Number),
        });
      }
      expect(first!.lastEventId).not.toBe("");
      expect(second!.lastEventId).not.toBe(first!.lastEventId);
    },
  );
}

test("a reader that comes back with an id gets what it missed, and nothing twice", async () => {
  await using server = await Example.start("add");
  const all: unknown[] = [];
  await using always = connect<typeof memory>(server.events);
  always.on("add", (event) => all.push(event));
  const before: unknown[] = [];
  for await (const event of connect<typeof memory>(server.events)) {
    before.push(event);
    break; // leaving the loop closes the connection
  }
  await expect.poll(() => all.length, { timeout: 10_000 }).toBe(2);
  const [{ lastEventId }] = before as [{ lastEventId: string }];
  const after: unknown[] = [];
  for await (const event of connect<typeof memory>(server.events, { lastEventId })) {
    after.push(event);
    if (after.length === 2) break;
  }
  expect([...before, ...after]).toEqual(all);
});

test.skipIf(installed.chromium === undefined)("its page lists them, the newest first", async () => {
  await using server = await Example.start("add");
  await using tab = await openTab();
  await tab.goto(server.url);
  const first = await tab.locator("li").textContent();
  await tab.locator("li:nth-child(2)").waitFor();
  const items = await tab.locator("li").allTextContents();
  expect(items[0]).toMatch(/^\d\d:\d\d:\d\d: \d+ MB \(id \S+\)$/);
  expect(items[1]).toBe(first);
  expect(items[0]).not.toBe(first);
});
