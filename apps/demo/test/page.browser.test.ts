import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chromiumArgs, chromiumPath } from "../../../scripts/chromium.ts";
import { DemoProcess } from "./demo-process.ts";

let browser: Browser;
let demo: DemoProcess;
let url: string;
let context: BrowserContext;

beforeAll(async () => {
  const executablePath = chromiumPath();
  if (executablePath === undefined)
    throw new Error("no Chromium: vitest.config.ts should have left this out");
  [browser, demo] = await Promise.all([
    chromium.launch({ executablePath, args: [...chromiumArgs] }),
    DemoProcess.start(),
  ]);
  url = await demo.url();
});
afterAll(async () => {
  await browser?.close();
  await demo?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
});
afterEach(() => context.close());

/** A page whose live stream is open and flowing. */
async function open(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForFunction(() => document.querySelector('[data-text="events-rate"]')?.textContent !== "–");
  await state(page, "open");
  return page;
}

function state(page: Page, status: string): Promise<unknown> {
  return page.waitForSelector(`[data-part="state"][data-status="${status}"]`, { state: "attached" });
}

/** The first incident that is told and fits. */
async function incident(page: Page, sentence: RegExp): Promise<string> {
  const found = page.locator(".incident span", { hasText: sentence }).first();
  await found.waitFor({ timeout: 60_000 });
  return (await found.textContent()) ?? "";
}

async function text(page: Page, name: string): Promise<string> {
  return (await page.locator(`[data-text="${name}"]`).first().textContent()) ?? "";
}

/** The ledger once it has been painted after now. */
async function ledger(page: Page): Promise<Record<string, number>> {
  const received = await text(page, "received");
  await page.waitForFunction(
    (before) => document.querySelector('[data-text="received"]')?.textContent !== before,
    received,
  );
  const names = ["received", "lost", "duplicated", "disordered", "gaps", "reconnects"] as const;
  const values = await Promise.all(
    names.map(async (name) => [name, number(await text(page, name))] as const),
  );
  return Object.fromEntries(values);
}

function number(formatted: string): number {
  return Number(formatted.replaceAll(",", ""));
}

describe("the page", () => {
  test("shows real values and charts before any script runs", async () => {
    const still = await browser.newContext({ javaScriptEnabled: false });
    const page = await still.newPage();
    await page.goto(url);
    expect(await text(page, "memory")).toMatch(/^\d.* [GM]B$/);
    expect(await text(page, "pid")).toBe(String((await demo.snapshot()).server.pid));
    expect(await page.locator("svg.still polyline").count()).toBeGreaterThanOrEqual(3);
    await still.close();
  });

  test("lives without a word on the console, nothing from elsewhere, and no shift of its layout", async () => {
    const page = await context.newPage();
    const complaints: string[] = [];
    const hosts = new Set<string>();
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => hosts.add(new URL(request.url()).origin));
    await page.addInitScript(() => {
      Object.assign(globalThis, { shift: 0 });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
          // The entry's own fields are not in TypeScript's library.
          const { value } = entry as PerformanceEntry & { value: number };
          Object.assign(globalThis, { shift: Reflect.get(globalThis, "shift") + value });
        }
      }).observe({ type: "layout-shift", buffered: true });
    });
    await page.goto(url);
    await state(page, "open");
    await page.waitForFunction(
      () => Number(document.querySelector('[data-text="received"]')?.textContent) > 20,
    );
    expect(complaints).toEqual([]);
    expect([...hosts].filter((host) => host !== "null")).toEqual([new URL(url).origin]);
    expect(await page.evaluate(() => Reflect.get(globalThis, "shift"))).toBeLessThan(0.01);
  });

  test.for([
    [390, "light"],
    [390, "dark"],
    [1440, "dark"],
  ] as const)(
    "fits %i pixels in the %s theme, which the next page has from the server",
    async ([width, theme]) => {
      const page = await open();
      await page.setViewportSize({ width, height: 844 });
      await page.locator(`input[name="theme"][value="${theme}"]`).check();
      await page.reload();
      expect(await page.locator("html").getAttribute("data-theme")).toBe(theme);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    },
  );
});

describe("the connection", () => {
  test("cut twenty times while events flow, it has lost nothing, twice nothing, and all in order", async () => {
    const page = await open();
    await page.click('[data-act="cut20"]');
    expect(await incident(page, /^Cut 20 times/)).toBe("Cut 20 times: 0 lost, 0 duplicated, 0 out of order.");
    const after = await ledger(page);
    expect(after).toMatchObject({ lost: 0, duplicated: 0, disordered: 0, gaps: 0 });
    expect(after.reconnects).toBeGreaterThanOrEqual(20);
  }, 90_000);

  test("cut again and again, it is not waited for where it is back before the server's answer is", async () => {
    const page = await open();
    await page.route("**/control/cut", async (route) => {
      const before = await text(page, "reconnects");
      const response = await route.fetch();
      await expect.poll(() => text(page, "reconnects"), { timeout: 20_000 }).not.toBe(before);
      await route.fulfill({ response });
    });
    await page.click('[data-act="cut20"]');
    expect(await incident(page, /^Cut 20 times/)).toContain("0 lost, 0 duplicated, 0 out of order");
  }, 90_000);

  test("cut in the middle of a burst, every event of it arrives once", async () => {
    const page = await open();
    await page.click('[data-act="burst"]');
    await page.waitForFunction(
      () => Number(document.querySelector('[data-text="received"]')?.textContent?.replaceAll(",", "")) > 1000,
    );
    await page.click('[data-act="cut"]');
    await incident(page, /^100,000 events in/);
    const after = await ledger(page);
    expect(after).toMatchObject({ lost: 0, duplicated: 0, disordered: 0, gaps: 0 });
    expect(after.reconnects).toBeGreaterThanOrEqual(1);
  });

  test("stalled by the server, it notices the silence and loses nothing", async () => {
    const page = await open();
    await page.click('[data-act="stall"]');
    expect(await incident(page, /^Stalled/)).toMatch(/ replayed, 0 lost\.$/);
    expect(await ledger(page)).toMatchObject({ lost: 0, duplicated: 0, disordered: 0, gaps: 0 });
  });

  test("a burst of 100,000 events arrives completely", async () => {
    const page = await open();
    await page.click('[data-act="burst"]');
    expect(await incident(page, /^100,000 events in/)).toMatch(/ a second\.$/);
    const after = await ledger(page);
    expect(after.received).toBeGreaterThan(100_000);
    expect(after).toMatchObject({ lost: 0, duplicated: 0, disordered: 0, gaps: 0 });
  });

  test("a burst that is torn off by a kill of the server ends in an announced gap, and can be sent again", async () => {
    const page = await open();
    await page.click('[data-act="burst"]');
    await page.waitForFunction(
      () => Number(document.querySelector('[data-text="received"]')?.textContent?.replaceAll(",", "")) > 500,
    );
    await demo.control("restart", {});
    await incident(page, /^(The burst broke off after|100,000 events in)/);
    await page.waitForSelector('[data-act="burst"]:not([aria-disabled])');
    expect(await ledger(page)).toMatchObject({ lost: 0, duplicated: 0, disordered: 0, gaps: 1 });
  });

  test("over a kill of the server process nothing is lost without an announced gap", async () => {
    const page = await open();
    const run = Number(await text(page, "run"));
    await page.click('[data-act="restart"]');
    await incident(page, /^Server killed\. Back after/);
    const after = await ledger(page);
    expect(after).toMatchObject({ lost: 0, duplicated: 0, disordered: 0 });
    expect(after.gaps).toBeLessThanOrEqual(1);
    await page.waitForFunction(
      (next) => document.querySelector('[data-text="run"]')?.textContent === String(next),
      run + 1,
    );
  });
});

describe("the job", () => {
  const share = (page: Page) =>
    page.locator('[data-panel="job"] progress').evaluate((bar) => (bar as HTMLProgressElement).value);

  test("is where it is on a second page, after a reload, and after its server was killed", async () => {
    const page = await open();
    await page.selectOption('select[name="folder"]', "node_modules");
    await page.click('[data-panel="job"] [data-part="start"]');
    await page.waitForFunction(() => (document.querySelector("progress")?.value ?? 0) > 0.01);
    const second = await context.newPage();
    await second.goto(url);
    expect(await share(second)).toBeGreaterThan(0.01);
    await second.close();

    const before = await share(page);
    await page.reload();
    expect(await share(page)).toBeGreaterThanOrEqual(before);
    await state(page, "open");

    await page.click('[data-act="restart"]');
    await page.waitForFunction(() =>
      document.querySelector('[data-text="job-status"]')?.textContent?.includes("resumed once"),
    );
    await page.waitForFunction((least) => (document.querySelector("progress")?.value ?? 0) > least, before);
    await page.click('[data-panel="job"] [data-part="cancel"]');
    await page.waitForFunction(() =>
      document.querySelector('[data-text="job-status"]')?.textContent?.startsWith("Cancelled"),
    );
  });
});

describe("the log", () => {
  test("shows this page's own requests, filters them at the server, and pauses", async () => {
    const page = await open();
    const rows = page.locator('[data-panel="log"] tbody tr');
    await rows.filter({ hasText: "GET /live" }).first().waitFor();
    await page.locator('input[name="level"][value="warn"]').check();
    const path = `/missing-${Date.now()}`;
    await page.evaluate((missing) => fetch(missing), path);
    await rows.filter({ hasText: path }).waitFor();
    expect(await rows.locator(".level").allTextContents()).not.toContain("info");

    await page.click('[data-part="pause"]');
    await page.evaluate((missing) => fetch(missing), `${path}-later`);
    await page.waitForFunction(() =>
      /paused; [1-9]/.test(document.querySelector('[data-text="log-status"]')?.textContent ?? ""),
    );
    expect(await rows.filter({ hasText: `${path}-later` }).count()).toBe(0);
    await page.click('[data-part="pause"]');
    await rows.filter({ hasText: `${path}-later` }).waitFor();
  });
});

describe("an answer", () => {
  const outcome = (page: Page, is: string) => page.waitForSelector(`[data-outcome="${is}"]`);

  test("is finished, stopped by the reader, or cut by the network, and says which", async () => {
    const page = await open();
    await page.fill('input[name="question"]', "server client events");
    await page.click('[data-part="ask"]');
    await page.waitForSelector(".passage-text:not(:empty)");
    await page.click('[data-panel="ask"] [data-part="cut"]');
    await outcome(page, "cut");

    await page.click('[data-part="ask"]');
    await page.waitForSelector(".passage-text:not(:empty)");
    await page.click('[data-part="stop"]');
    await outcome(page, "stopped");

    await page.fill('input[name="question"]', "xylophone zeppelin");
    await page.click('[data-part="ask"]');
    await outcome(page, "finished");
  });
});

test("two tabs live side by side, though a browser has six connections to a host", async () => {
  const pages = [await open(), await open()];
  for (const page of pages) {
    await page.bringToFront();
    await page.click('[data-act="cut"]');
    await incident(page, /^Cut by the server\. Back after/);
    expect(await ledger(page)).toMatchObject({ lost: 0, duplicated: 0 });
  }
}, 90_000);
