import type { CDPSession } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ReaderName } from "../src/page.ts";
import { noChromium, openProfile } from "../support/browser.ts";
import { bundle } from "../support/bundle.ts";
import { expectAll, lifeOf, PATIENCE, seen, startReading } from "../support/page.ts";
import { PlainChromium } from "../support/plain-chromium.ts";
import { Site } from "../support/site.ts";

/** Freezes a page as browsers do with tabs in the background, or lets it go on. */
function setLife(session: CDPSession, state: "frozen" | "active"): Promise<unknown> {
  return session.send("Page.setWebLifecycleState", { state });
}

describe.skipIf(noChromium)("in the life of a page", () => {
  let script = "";
  let plain: PlainChromium;
  beforeAll(async () => {
    script = await bundle(new URL("../src/page.ts", import.meta.url));
    plain = await PlainChromium.start();
  });
  afterAll(() => plain?.[Symbol.asyncDispose]());

  for (const reader of ["connect", "EventSource"] as const satisfies readonly ReaderName[]) {
    test(`${reader} lets go when the page is frozen, and has missed nothing when it goes on`, async () => {
      await using site = await Site.start({ "/page.js": script });
      await using page = await plain.openTab();
      await startReading(page, site, reader);
      const session = await page.context().newCDPSession(page);
      site.count();
      for (const times of [1, 2]) {
        await setLife(session, "frozen");
        await expect.poll(() => site.open, PATIENCE).toBe(0);
        const asleep = site.last;
        await expect.poll(() => site.last, PATIENCE).toBeGreaterThan(asleep + 10);
        expect(site.streams.length).toBe(times);
        await setLife(session, "active");
        await expect.poll(() => site.open, PATIENCE).toBe(1);
      }
      expect(await lifeOf(page)).toEqual(expect.arrayContaining(["freeze", "resume"]));
      await expectAll(page, site);
      expect(site.streams.length).toBe(3);
    });

    test(`${reader} asks nobody while the page is offline, and at once when it is online again`, async () => {
      // Whoever waits for the time to pass waits past the end of this test.
      await using site = await Site.start({ "/page.js": script }, { retryMs: 3_600_000 });
      await using profile = await openProfile();
      const page = await profile.newPage();
      await startReading(page, site, reader);
      site.count();
      await profile.setOffline(true);
      site.cut(); // what is open the emulation leaves alone; losing a network does not
      await expect.poll(async () => (await seen(page)).states.at(-1), PATIENCE).toBe("waiting");
      const away = site.last;
      await expect.poll(() => site.last, PATIENCE).toBeGreaterThan(away + 50);
      expect(site.streams.length).toBe(1);
      await profile.setOffline(false);
      await expectAll(page, site);
      expect(await lifeOf(page)).toEqual(["offline", "online"]);
      expect(site.streams.length).toBe(2);
    });

    test(`${reader} goes on in a tab behind another one, and comes back from a cut there`, async () => {
      await using site = await Site.start({ "/page.js": script });
      await using page = await plain.openTab();
      await startReading(page, site, reader);
      await using front = await plain.openTab();
      await front.bringToFront();
      await expect.poll(() => page.evaluate(() => document.visibilityState), PATIENCE).toBe("hidden");
      site.count();
      await expect.poll(async () => (await seen(page)).got.length, PATIENCE).toBeGreaterThan(20);
      site.cut();
      await expect.poll(() => site.streams.length, PATIENCE).toBe(2);
      await expectAll(page, site);
      expect(site.streams.length).toBe(2);
    });
  }
});
