import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumArgs, chromiumPath } from "../../../scripts/chromium.ts";
import { DemoProcess } from "./demo-process.ts";

let browser: Browser;
let demo: DemoProcess;

beforeAll(async () => {
  const executablePath = chromiumPath();
  if (executablePath === undefined)
    throw new Error("no Chromium: vitest.config.ts should have left this out");
  [browser, demo] = await Promise.all([
    chromium.launch({ executablePath, args: [...chromiumArgs] }),
    DemoProcess.startCluster(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await demo?.[Symbol.asyncDispose]();
});

function counted(page: Page, name: string): Promise<number> {
  return page.evaluate((which) => {
    const text = document.querySelector(`[data-text="${which}"]`)?.textContent ?? "";
    return Number(text.replaceAll(",", ""));
  }, name);
}

/** Waits until this many reconnections are counted, and events came after. */
async function reconnected(page: Page, times: number): Promise<void> {
  await page.waitForFunction(
    (least) => Number(document.querySelector('[data-text="reconnects"]')?.textContent) >= least,
    times,
  );
  const received = await counted(page, "received");
  await page.waitForFunction((before) => {
    const text = document.querySelector('[data-text="received"]')?.textContent ?? "";
    return Number(text.replaceAll(",", "")) > before + 5;
  }, received);
}

test("killing the process that serves a page costs it nothing: it goes on at the other", async () => {
  const page = await browser.newPage();
  await page.goto(await demo.url());
  await page.waitForSelector('[data-part="state"][data-status="open"]', { state: "attached" });
  for (let kill = 1; kill <= 4; kill++) {
    await page.click('[data-act="restart"]');
    await reconnected(page, kill);
  }
  await page.click('[data-act="cut"]');
  await reconnected(page, 5);
  const names = ["lost", "duplicated", "disordered", "gaps"];
  const counts = await Promise.all(names.map((name) => counted(page, name)));
  expect(Object.fromEntries(names.map((name, index) => [name, counts[index]]))).toEqual({
    lost: 0,
    duplicated: 0,
    disordered: 0,
    gaps: 0,
  });
});

test("what is published goes through the log to the page, however much it is", async () => {
  const page = await browser.newPage();
  await page.goto(await demo.url());
  await page.waitForSelector('[data-part="state"][data-status="open"]', { state: "attached" });
  const received = await counted(page, "received");
  await page.click('[data-act="burst"]');
  await page.waitForFunction(
    (least) => {
      const text = document.querySelector('[data-text="received"]')?.textContent ?? "";
      return Number(text.replaceAll(",", "")) >= least;
    },
    received + 100_000,
    { timeout: 60_000 },
  );
  expect([await counted(page, "lost"), await counted(page, "gaps")]).toEqual([0, 0]);
});

test("ends on SIGTERM, with all of its processes", async () => {
  await using other = await DemoProcess.startCluster();
  const { server } = await other.snapshot();
  other.process.kill("SIGTERM");
  expect(await other.ended()).toBe(0);
  expect(() => process.kill(server.pid, 0)).toThrow();
  expect(other.stderr).toBe("");
});
