import { beforeAll, describe, expect, test } from "vitest";
import type { PageGlobals, Reading } from "../src/page.ts";
import { noChromium, openProfile } from "../support/browser.ts";
import { bundle } from "../support/bundle.ts";
import { PATIENCE } from "../support/page.ts";
import { Site } from "../support/site.ts";

type Globals = PageGlobals & { all: Reading[] };

describe.skipIf(noChromium)("six connections", () => {
  let script = "";
  beforeAll(async () => {
    script = await bundle(new URL("../src/page.ts", import.meta.url));
  });

  // HTTP/1.1 in every browser. HTTP/2 has no such limit, and `share` needs one connection for all tabs.
  test("are all that a host has over HTTP/1.1: a seventh reader, and every other request, waits until one closes", async () => {
    await using site = await Site.start({ "/page.js": script });
    await using profile = await openProfile();
    const page = await profile.newPage();
    await page.goto(`${site.url}/`);
    await page.addScriptTag({ url: "/page.js" });
    const states = () =>
      page.evaluate(() =>
        (globalThis as unknown as Globals).all.map(({ states }) => states.at(-1) ?? "connecting"),
      );
    await page.evaluate(() => {
      const here = globalThis as unknown as Globals;
      here.all = Array.from({ length: 7 }, (_, at) => here.readers.connect(`/events/${at}`));
    });
    await expect.poll(() => site.open, PATIENCE).toBe(6);
    await expect.poll(states, PATIENCE).toEqual([...Array(6).fill("open"), "connecting"]);
    // Whatever else the page asks of this host waits as well.
    await page.evaluate(() => {
      const here = globalThis as unknown as Globals & { answered: boolean };
      here.answered = false;
      void fetch("/other").then(() => {
        here.answered = true;
      });
    });
    const answered = () => page.evaluate(() => (globalThis as unknown as { answered: boolean }).answered);
    await site.publish();
    const got = () =>
      page.evaluate(() => (globalThis as unknown as Globals).all.map(({ got }) => got.length));
    await expect.poll(got, PATIENCE).toEqual([1, 1, 1, 1, 1, 1, 0]);
    expect([await answered(), site.streams.length]).toEqual([false, 6]);

    // One leaves: the seventh opens in its place, by itself and without an error.
    await page.evaluate(() => (globalThis as unknown as Globals).all[0]?.close());
    await expect.poll(states, PATIENCE).toEqual(["closed", ...Array(6).fill("open")]);
    expect([site.open, site.streams.length]).toEqual([6, 7]);
    expect(await page.evaluate(() => (globalThis as unknown as Globals).all[6]?.states)).toEqual(["open"]);
    await page.evaluate(() => (globalThis as unknown as Globals).all[1]?.close());
    await expect.poll(answered, PATIENCE).toBe(true);
  });
});
