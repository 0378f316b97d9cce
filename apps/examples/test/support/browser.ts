import { type Browser, chromium, type Page } from "playwright-core";
import { inject } from "vitest";

let browser: Promise<Browser> | undefined;

/** An empty tab in a fresh profile of the run's one Chromium. Closing the tab closes the profile. */
export async function openTab(): Promise<Page> {
  const endpoint = inject("chromium");
  if (endpoint === undefined)
    throw new Error("There is no Chromium here; the test should have been left out.");
  browser ??= chromium.connect(endpoint);
  const tab = await (await browser).newPage();
  tab.setDefaultTimeout(60_000);
  return tab;
}
