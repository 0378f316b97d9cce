import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { PageGlobals, ReaderName } from "../src/page.ts";
import type { Site } from "./site.ts";

/** What a reader in a page has so far. */
export interface Seen {
  readonly got: readonly number[];
  readonly states: readonly string[];
  readonly gaps: readonly string[];
}

const PATIENCE = { timeout: 20_000, interval: 20 };

/** Opens the site's page and begins to read in it. */
export async function startReading(
  page: Page,
  site: Site,
  reader: ReaderName,
  url = "/events",
): Promise<void> {
  await page.goto(`${site.url}/`);
  await page.addScriptTag({ url: "/page.js" });
  await page.evaluate(
    ([name, from]) => {
      const here = globalThis as unknown as PageGlobals;
      here.reading = here.readers[name](from);
    },
    [reader, url] as const,
  );
  await expect.poll(() => site.open, PATIENCE).toBe(1);
  await site.publish();
  await expect.poll(async () => (await seen(page)).got.length, PATIENCE).toBe(1);
}

export function seen(page: Page): Promise<Seen> {
  return page.evaluate(() => {
    const { got, states, gaps } = (globalThis as unknown as PageGlobals).reading!;
    return { got, states, gaps };
  });
}

/** What happened to the page: freeze and resume, offline and online. */
export function lifeOf(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => (globalThis as unknown as PageGlobals).life);
}

/** Waits until the page has the last number, and says whether it got each from its first one on, once and in order. */
export async function expectAll(page: Page, site: Site): Promise<void> {
  site.pause();
  await site.publish(); // what comes after everything
  await expect.poll(async () => (await seen(page)).got.at(-1), PATIENCE).toBe(site.last);
  const { got, gaps } = await seen(page);
  expect(got).toEqual(Array.from({ length: got.length }, (_, at) => got[0]! + at));
  expect(gaps).toEqual([]);
}

export { PATIENCE };
