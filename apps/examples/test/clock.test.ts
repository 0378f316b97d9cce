import { expect, test } from "vitest";
import { openTab } from "./support/browser.ts";
import { Example } from "./support/example.ts";
import { installed } from "./support/installed.ts";
import { ours, readers } from "./support/readers.ts";

for (const reader of readers) {
  test.skipIf(reader.missing)(`${reader.name} reads the time, once a second`, async () => {
    await using clock = await Example.start("clock");
    await using reading = await reader.read(clock.events, { types: ["message"] });
    const [first, second] = await reading.until("message", 2);
    const apartMs = Date.parse(second!.data) - Date.parse(first!.data);
    expect(apartMs).toBeGreaterThan(990);
    expect(first!.lastEventId).toBe("");
  });
}

test("a reader that leaves is no failure: the server has nothing to say about it", async () => {
  await using clock = await Example.start("clock");
  const first = await ours.read(clock.events, { types: ["message"] });
  await first.until("message", 1);
  await first[Symbol.asyncDispose]();
  await using second = await ours.read(clock.events, { types: ["message"] });
  await second.until("message", 2); // a second later, the first one's leaving is long known
  expect(clock.output).toBe(`${clock.url}\n`);
});

test("its events have no name on the wire, and every origin may read them", async () => {
  await using clock = await Example.start("clock");
  const { headers, body } = await fetch(clock.events, { headers: { origin: "https://example.org" } });
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expect(headers.get("content-type")).toMatch(/^text\/event-stream\b/);
  let wire = "";
  for await (const text of body!.pipeThrough(new TextDecoderStream())) {
    wire += text;
    if (/^data: \S+Z\n\n/m.test(wire)) break;
  }
  expect(wire).not.toContain("event:");
});

test.skipIf(installed.chromium === undefined)("a page of another origin reads it natively", async () => {
  await using clock = await Example.start("clock");
  await using tab = await openTab();
  const time = await tab.evaluate(
    (url) =>
      new Promise<string>((resolve, reject) => {
        const source = new EventSource(url);
        source.onmessage = ({ data }) => resolve(data);
        source.onerror = () => reject(new Error("refused"));
      }),
    clock.events,
  );
  expect(Date.parse(time)).not.toBeNaN();
});

test.skipIf(installed.chromium === undefined)("its page shows the time, and the next second", async () => {
  await using clock = await Example.start("clock");
  await using tab = await openTab();
  await tab.goto(clock.url);
  const shown = tab.locator("time", { hasText: /^\d\d:\d\d:\d\d$/ });
  const first = await shown.textContent();
  await tab.locator("time", { hasNotText: first! }).waitFor();
  expect(await shown.textContent()).not.toBe(first);
});
