import { pbkdf2Sync } from "node:crypto";
import { connect } from "@sse/client";
import { expect, test } from "vitest";
import type { job } from "../progress/server.ts";
import { openTab } from "./support/browser.ts";
import { Example } from "./support/example.ts";
import { installed } from "./support/installed.ts";
import { readers } from "./support/readers.ts";

/** A job that is done soon. The default one takes some seconds. */
const QUICK = { ITERATIONS: "10" };
let key = Buffer.from("correct horse battery staple");
for (let round = 0; round < 100; round++) key = pbkdf2Sync(key, "salt", 10, 32, "sha256");
const DONE = { status: key.toString("hex"), completion: 100 };

/** The whole job keeps a core busy: several at once would slow each other and everything else. */
const ONE_AT_A_TIME = { concurrent: false };
/** In %. A server that finds out by its heartbeat only would have done the whole job by then. */
const SOON = 50;

for (const reader of readers) {
  test.skipIf(reader.missing)(`${reader.name} follows the job to its result, and no further`, async () => {
    await using progress = await Example.start("progress", QUICK);
    await using reading = await reader.read(progress.events, { types: ["progress", "done"] });
    await reading.ended;
    const working = reading.events
      .filter(({ type }) => type === "progress")
      .map(({ data }) => JSON.parse(data));
    expect(working.map(({ completion }) => completion)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    const done = reading.events.filter(({ type }) => type === "done").map(({ data }) => JSON.parse(data));
    expect(done).toEqual([DONE]);
  });
}

test("our client knows the result as typed data, and that it was the end", async () => {
  await using progress = await Example.start("progress", QUICK);
  const working = connect<typeof job>(progress.events);
  let done: unknown;
  working.on("done", ({ data }) => {
    done = data;
  });
  expect(await working.closed).toBe("ended");
  expect(done).toEqual(DONE);
});

test.skipIf(installed.chromium === undefined)("its page fills the bar and shows the result", async () => {
  await using progress = await Example.start("progress", QUICK);
  await using tab = await openTab();
  await tab.goto(progress.url);
  await tab.getByRole("status").filter({ hasText: "[ended]" }).waitFor();
  expect(await tab.getByRole("status").textContent()).toBe(`100 %: ${DONE.status} [ended]`);
  expect(await tab.getByRole("progressbar").getAttribute("value")).toBe("100");
});

for (const reader of readers) {
  test.skipIf(reader.missing)(
    `the job stops, and says so at once, when ${reader.name} leaves`,
    ONE_AT_A_TIME,
    async () => {
      await using progress = await Example.start("progress");
      const reading = await reader.read(progress.events, { types: ["progress"] });
      await reading.until("progress", 2);
      await reading[Symbol.asyncDispose]();
      const [, completion] = await progress.printed(/The client has gone: the job stopped at (\d+) %\./);
      expect(Number(completion)).toBeLessThan(SOON);
    },
  );
}

test.skipIf(installed.chromium === undefined)(
  "its button leaves, and the server knows",
  ONE_AT_A_TIME,
  async () => {
    await using progress = await Example.start("progress");
    await using tab = await openTab();
    await tab.goto(progress.url);
    await tab.getByRole("status").filter({ hasText: "working" }).waitFor();
    await tab.getByRole("button", { name: "Leave" }).click();
    await progress.printed(/The client has gone/);
    expect(await tab.getByRole("status").textContent()).toContain("[closed]");
  },
);
