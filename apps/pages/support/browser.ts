import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { inject } from "vitest";
import { chromiumPath } from "../../../scripts/chromium.ts";

/** Whether there is nothing to run these tests in; `.vitest/not-run.json` then says so. */
export const noChromium: boolean = chromiumPath() === undefined;

let browser: Promise<Browser> | undefined;

/** A fresh profile of the run's one Chromium, with connections, caches and workers of its own. */
export async function openProfile(): Promise<BrowserContext> {
  const endpoint = inject("chromium");
  if (endpoint === undefined)
    throw new Error("There is no Chromium here; the test should have been left out.");
  browser ??= chromium.connect(endpoint);
  const profile = await (await browser).newContext();
  profile.setDefaultTimeout(10_000);
  return profile;
}
