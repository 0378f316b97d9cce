import { connect } from "@sse/client";
import type { EventOf } from "@sse/protocol";
import { expect, test } from "vitest";
import type { memory } from "../add/server.ts";
import { openTab } from "./support/browser.ts";
import { Example } from "./support/example.ts";
import { installed } from "./support/installed.ts";
import { readers } from "./support/readers.ts";

type Added = EventOf<typeof memory>;
const LONG = { timeout: 60_000 };

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

test("a reader that comes back with an id gets what it missed, and nothing twice", async ({ expect }) => {
  await using server = await Example.start("add");
  await using always = connect<typeof memory>(server.events);
  const all: Added[] = [];
  always.on("add", (event) => all.push(event));
  await expect.poll(() => always.state.status, LONG).toBe("open");

  const [first] = await take(connect<typeof memory>(server.events), 1);
  const position = () => all.findIndex(({ lastEventId }) => lastEventId === first!.lastEventId);
  await expect.poll(() => position() >= 0 && all.length - position(), LONG).toBeGreaterThan(1); // it misses one

  const { lastEventId } = first!;
  const later = await take(connect<typeof memory>(server.events, { lastEventId }), 2);
  await expect.poll(() => all.length - position(), LONG).toBeGreaterThan(2);
  expect([first, ...later]).toEqual(all.slice(position(), position() + 3));
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

/** The next events of a subscription; leaving the loop closes it. */
async function take(added: AsyncIterable<Added>, count: number): Promise<readonly Added[]> {
  const taken: Added[] = [];
  for await (const event of added) {
    if (taken.push(event) === count) break;
  }
  return taken;
}
