import { describe, expect, test } from "vitest";
import { noChromium, openProfile } from "../support/browser.ts";
import { bundle } from "../support/bundle.ts";
import { PATIENCE } from "../support/page.ts";
import { Site } from "../support/site.ts";

interface Globals {
  readonly numbers: {
    readonly shown: readonly number[];
    readonly mounts: readonly string[];
    unmount(): void;
  };
}

describe.skipIf(noChromium)("React's StrictMode", () => {
  test("mounts twice, and one connection lives: nothing is lost, nothing comes twice, and unmounting closes it", async () => {
    await using site = await Site.start({
      "/strict-mode.js": await bundle(new URL("../src/strict-mode.ts", import.meta.url)),
    });
    await using profile = await openProfile();
    const page = await profile.newPage();
    await page.goto(`${site.url}/`);
    site.count();
    await page.addScriptTag({ url: "/strict-mode.js" });
    const numbers = () =>
      page.evaluate(() => {
        const { shown, mounts } = (globalThis as unknown as Globals).numbers;
        return { shown, mounts };
      });
    await expect.poll(async () => (await numbers()).shown.length, PATIENCE).toBeGreaterThan(10);
    const { mounts } = await numbers();
    expect(mounts).toEqual(["mount", "unmount", "mount"]);
    expect(site.open).toBe(1);
    expect(site.streams.length).toBeLessThanOrEqual(2);

    site.cut();
    await expect.poll(() => site.open, PATIENCE).toBe(1);
    site.pause();
    await site.publish();
    await expect.poll(async () => (await numbers()).shown.at(-1), PATIENCE).toBe(site.last);
    const { shown } = await numbers();
    expect(shown).toEqual(Array.from(shown, (_, at) => shown[0]! + at));
    expect(await page.locator("p").textContent()).toBe(shown.join(" "));

    await page.evaluate(() => (globalThis as unknown as Globals).numbers.unmount());
    await expect.poll(() => site.open, PATIENCE).toBe(0);
  });
});
