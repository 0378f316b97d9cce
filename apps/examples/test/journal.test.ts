import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@sse/client";
import { expect, test } from "vitest";
import { journal } from "../journal/events.ts";
import { openTab } from "./support/browser.ts";
import { Example } from "./support/example.ts";
import { installed } from "./support/installed.ts";
import { Nginx } from "./support/nginx.ts";
import { ours, readers } from "./support/readers.ts";

/** The ways to the journal: `reach` starts what stands between, if anything, and tells the URL. */
const routes = [
  { name: "directly", missing: false, reach: undefined },
  {
    name: "behind nginx with its default buffering",
    missing: installed.nginx === undefined,
    reach: (nginx: Nginx) => nginx.buffering,
  },
  {
    name: "behind nginx with proxy_buffering off",
    missing: installed.nginx === undefined,
    reach: (nginx: Nginx) => nginx.streaming,
  },
];

for (const { name, missing, reach } of routes) {
  for (const reader of readers) {
    const title = `${reader.name}, ${name}, reads every line once over a restart of the server`;
    test.skipIf(missing || reader.missing)(title, async () => {
      await using written = await startJournal();
      const { server } = written;
      await using nginx = reach && (await Nginx.start(server.port));
      const url = new URL("/events", (nginx && reach?.(nginx)) ?? server.url).href;

      await using reading = await reader.read(url, { types: ["line"] });
      await reading.until("line", 2); // they come while the answer is still open
      await server.stop();
      if (!reader.reconnects) await reading.ended;
      await server.startAgain();
      const before = reading.events.filter(({ type }) => type === "line");
      const lastEventId = before.at(-1)?.lastEventId;
      await using again = reader.reconnects
        ? undefined
        : await reader.read(url, { types: ["line"], lastEventId });
      const after = again === undefined ? await reading.until("line", 4) : await again.until("line", 2);

      const read = again === undefined ? after : [...before, ...after];
      expect(read.map(({ data }) => data)).toEqual(written.lines().slice(0, read.length));
      expect(read.map((event) => event.lastEventId)).toEqual(read.map((_, n) => `${n + 1}`));
    });
  }
}

test.skipIf(installed.nginx === undefined)("nginx would hold the lines back but for our header", async () => {
  await using written = await startJournal();
  const deaf = (conf: string) =>
    conf.replaceAll("proxy_pass", "proxy_ignore_headers X-Accel-Buffering; proxy_pass");
  await using nginx = await Nginx.start(written.server.port, deaf);
  await using held = await ours.read(`${nginx.buffering}/events`, { types: ["line"] });
  await using direct = await ours.read(written.server.events, { types: ["line"] });
  await direct.until("line", 3);
  expect(held.events).toEqual([]);
  await written.server.stop(); // the end of the answer lets go what was held
  await held.until("line", 2);
});

test("it speaks many languages, and none of them is harmed on the way", async () => {
  await using written = await startJournal();
  const read: string[] = [];
  for await (const { data } of connect(journal, written.server.events)) {
    read.push(data.slice(data.indexOf(" ") + 1));
    if (read.length === 10) break;
  }
  const hello = [
    "Hello",
    "Grüß Gott",
    "你好",
    "Привет",
    "مرحبا",
    "नमस्ते",
    "こんにちは",
    "שלום",
    "Γειά σου",
    "👋🏽",
  ];
  expect(read).toEqual(hello);
});

test("an id that the journal never gave gets the whole journal", async () => {
  await using written = await startJournal();
  for (const lastEventId of ["abc", "0", "-1", "1.5", "999999", "1e999", "length"]) {
    for await (const line of connect(journal, written.server.events, { lastEventId })) {
      expect(line.lastEventId, lastEventId).toBe("1");
      break; // leaving the loop closes the connection
    }
  }
});

test.skipIf(installed.chromium === undefined)(
  "its page shows every line once, over a reload of the page and a restart of the server",
  async () => {
    await using written = await startJournal();
    await using tab = await openTab();
    await tab.goto(written.server.url);
    await tab.locator("li:nth-child(2)").waitFor();
    await tab.reload();
    await tab.locator("li:nth-child(4)").waitFor();
    await written.server.stop();
    await written.server.startAgain();
    await tab.locator("li:nth-child(6)").waitFor();
    const shown = await tab.locator("li").allTextContents();
    expect(shown).toEqual(written.lines().slice(0, shown.length));
  },
);

/** A server with a journal file of its own. */
async function startJournal() {
  const folder = mkdtempSync(join(tmpdir(), "journal-"));
  const file = join(folder, "journal.log");
  const server = await Example.start("journal", { JOURNAL: file });
  return {
    server,
    lines: () => readFileSync(file, "utf8").split("\n").slice(0, -1),
    async [Symbol.asyncDispose]() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
