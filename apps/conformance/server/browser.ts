import type { Browser } from "playwright-core";
import { chromiumArgs } from "../../../scripts/chromium.ts";
import { programs } from "../runners/programs.ts";

export const hasBrowser: boolean = programs.chromium.path !== undefined;

let browser: Promise<Browser> | undefined;

async function launch(): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  return chromium.launch({ executablePath: programs.chromium.path ?? "", args: [...chromiumArgs] });
}

/** What the browser's own `EventSource` reads until it has so many notes, and how often it opened. */
export async function readNatively(url: string, count: number) {
  browser ??= launch();
  const page = await (await browser).newPage();
  // A page of the same origin, whatever it shows.
  await page.goto(new URL("/stream/facts", url).href);
  const read = ({ from, until }: { from: string; until: number }) =>
    new Promise<{ notes: string[]; opened: number }>((resolve) => {
      const source = new EventSource(from);
      const seen = { notes: [] as string[], opened: 0 };
      source.onopen = () => void seen.opened++;
      source.addEventListener("note", ({ data }) => {
        if (seen.notes.push(String(data)) < until) return;
        source.close();
        resolve(seen);
      });
    });
  return page.evaluate(read, { from: url, until: count });
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
}
