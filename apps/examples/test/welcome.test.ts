import { connect } from "@sse/client";
import { expect, test } from "vitest";
import { greetings } from "../welcome/events.ts";
import { openTab } from "./support/browser.ts";
import { Example } from "./support/example.ts";
import { installed } from "./support/installed.ts";
import { readers } from "./support/readers.ts";

const TEN = Array.from({ length: 10 }, (_, n) => `Welcome!\nThis is event ${n + 1} of 10.`);

for (const reader of readers) {
  test.skipIf(reader.missing)(
    `${reader.name} reads ten events of two lines, and takes the end for the end`,
    async () => {
      await using welcome = await Example.start("welcome");
      await using reading = await reader.read(welcome.events, { types: ["welcome"] });
      await reading.ended;
      expect(reading.events.filter(({ type }) => type === "welcome").map(({ data }) => data)).toEqual(TEN);
    },
  );
}

test("its wire says retry: 5000 and has a data line for each line", async () => {
  await using welcome = await Example.start("welcome");
  const wire = await (await fetch(welcome.events)).text();
  expect(wire).toMatch(/^retry: 5000$/m);
  expect(wire).toContain("event: welcome\ndata: Welcome!\ndata: This is event 10 of 10.\n\n");
});

test("our client says 'ended', after one connection", async () => {
  await using welcome = await Example.start("welcome");
  const states: string[] = [];
  const heard: string[] = [];
  const subscription = connect(greetings, welcome.events);
  subscription.onStateChange(({ status }) => states.push(status));
  subscription.on("welcome", ({ data }) => heard.push(data));
  expect(await subscription.closed).toBe("ended");
  expect(heard).toEqual(TEN);
  expect(states.filter((status) => status === "open")).toHaveLength(1);
  expect(states).not.toContain("waiting");
});

test.skipIf(installed.chromium === undefined)("its page logs open, ten events and close", async () => {
  await using welcome = await Example.start("welcome");
  await using tab = await openTab();
  await tab.goto(welcome.url);
  const log = tab.locator("pre", { hasText: "[close]" });
  expect(await log.textContent()).toBe(["[open]", ...TEN, "[close] ended", ""].join("\n"));
});

test.skipIf(installed.chromium === undefined)(
  "its page says when the stream was cut, and comes back",
  async () => {
    await using welcome = await Example.start("welcome");
    await using tab = await openTab();
    await tab.goto(welcome.url);
    const log = tab.locator("pre");
    await log.filter({ hasText: "event 3" }).waitFor();
    await welcome.stop();
    await log.filter({ hasText: "[error]" }).waitFor();
    await welcome.startAgain();
    await log.filter({ hasText: "[close] ended" }).waitFor();
    expect(await log.textContent()).toMatch(/^\[open\].+\[error\].+\[open\].+event 10 of 10/s);
  },
);
