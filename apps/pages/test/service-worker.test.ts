import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import type { PageGlobals, ReaderName } from "../src/page.ts";
import { noChromium, openProfile } from "../support/browser.ts";
import { bundle } from "../support/bundle.ts";
import { expectAll, PATIENCE, seen, startReading } from "../support/page.ts";
import { Site } from "../support/site.ts";

/** Puts the service worker between the page, after it is loaded anew, and the site. */
async function install(page: Page, site: Site, script: string): Promise<void> {
  await page.goto(`${site.url}/`);
  await page.evaluate(async (path) => {
    const controlled = new Promise((resolve) => {
      navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true });
    });
    await navigator.serviceWorker.register(path);
    await controlled;
  }, script);
}

describe.skipIf(noChromium)("with a service worker in between", () => {
  let scripts: Readonly<Record<string, string>> = {};
  beforeAll(async () => {
    scripts = {
      "/page.js": await bundle(new URL("../src/page.ts", import.meta.url)),
      "/service-worker.js": await bundle(new URL("../src/service-worker.ts", import.meta.url)),
    };
  });

  for (const reader of ["connect", "EventSource"] as const satisfies readonly ReaderName[]) {
    test(`${reader} reads what is passed on, comes back from cuts, and its leaving reaches the server`, async () => {
      await using site = await Site.start(scripts);
      await using profile = await openProfile();
      const page = await profile.newPage();
      await install(page, site, "/service-worker.js");
      await startReading(page, site, reader);
      site.count();
      for (const times of [1, 2]) {
        site.cut();
        await expect.poll(() => site.streams.length, PATIENCE).toBe(times + 1);
      }
      await expectAll(page, site);
      await page.evaluate(() => (globalThis as unknown as PageGlobals).reading?.close());
      await expect.poll(() => site.open, PATIENCE).toBe(0);
      expect(site.streams.length).toBe(3);
    });

    test(`${reader} reads what it answers itself, and goes on after the last id when that ends`, async () => {
      await using site = await Site.start(scripts);
      await using profile = await openProfile();
      const page = await profile.newPage();
      await install(page, site, "/service-worker.js?answers");
      await page.goto(`${site.url}/`);
      await page.addScriptTag({ url: "/page.js" });
      await page.evaluate((name) => {
        const here = globalThis as unknown as PageGlobals;
        here.reading = here.readers[name]("/events");
      }, reader);
      await expect.poll(async () => (await seen(page)).got.length, PATIENCE).toBeGreaterThanOrEqual(100);
      const { got } = await seen(page);
      expect(got).toEqual(Array.from(got, (_, at) => 1_000_000 + at));
      expect(site.streams).toEqual([]);
    });
  }
});
