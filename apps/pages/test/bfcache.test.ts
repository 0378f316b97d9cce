import { beforeAll, describe, expect, test } from "vitest";
import type { PageGlobals, ReaderName } from "../src/page.ts";
import { noChromium, openProfile } from "../support/browser.ts";
import { bundle } from "../support/bundle.ts";
import { expectAll, PATIENCE, startReading } from "../support/page.ts";
import { Site } from "../support/site.ts";

describe.skipIf(noChromium)("the back/forward cache", () => {
  let script = "";
  beforeAll(async () => {
    script = await bundle(new URL("../src/page.ts", import.meta.url));
  });

  for (const reader of ["connect", "EventSource"] as const satisfies readonly ReaderName[]) {
    test(`${reader}: a page that goes in lets go at once, and one that comes back has missed nothing`, async () => {
      await using site = await Site.start({ "/page.js": script });
      await using profile = await openProfile();
      const page = await profile.newPage();
      await startReading(page, site, reader);
      site.count();
      for (const times of [1, 2, 3]) {
        await page.goto(`${site.url}/other`);
        await expect.poll(() => site.open, PATIENCE).toBe(0);
        const away = site.last;
        await expect.poll(() => site.last, PATIENCE).toBeGreaterThan(away + 10);
        expect(site.streams.length).toBe(times);
        // "load" has been: nothing is loaded when a page comes out of the cache.
        await page.goBack({ waitUntil: "commit" });
        await expect.poll(() => site.open, PATIENCE).toBe(1);
      }
      const persisted = await page.evaluate(() => (globalThis as unknown as PageGlobals).persisted);
      expect(persisted).toEqual([true, true, true]);
      await expectAll(page, site);
      expect(site.streams.length).toBe(4);
    });
  }
});
