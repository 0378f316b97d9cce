import { expect, test } from "vitest";
import type { PageGlobals } from "../src/page.ts";
import { noChromium, openProfile } from "../support/browser.ts";
import { bundle } from "../support/bundle.ts";
import { PATIENCE, seen } from "../support/page.ts";
import { Site } from "../support/site.ts";

test.skipIf(noChromium)(
  "what the page's Content-Security-Policy forbids is over at once, as it is for the browser's own EventSource",
  async () => {
    const scripts = { "/page.js": await bundle(new URL("../src/page.ts", import.meta.url)) };
    await using site = await Site.start(scripts);
    await using elsewhere = await Site.start(scripts);
    await using context = await openProfile();
    const page = await context.newPage();
    await page.goto(`${site.url}/`);
    await page.addScriptTag({ url: "/page.js" });
    await page.evaluate(() => {
      const policy = document.createElement("meta");
      policy.httpEquiv = "content-security-policy";
      policy.content = "connect-src 'self'";
      document.head.append(policy);
    });
    const forbidden = `${elsewhere.url}/events`;
    const native = await page.evaluate(
      (url) =>
        new Promise<number>((resolve) => {
          const source = new EventSource(url);
          source.onerror = () => resolve(source.readyState);
        }),
      forbidden,
    );
    expect(native).toBe(2);
    for (const reader of ["EventSource", "connect"] as const) {
      await page.evaluate(
        ([name, url]) => {
          const here = globalThis as unknown as PageGlobals;
          here.reading = here.readers[name](url);
        },
        [reader, forbidden] as const,
      );
      await expect.poll(async () => (await seen(page)).states, PATIENCE).toEqual(["closed"]);
    }
    expect(elsewhere.streams).toHaveLength(0);
  },
);
