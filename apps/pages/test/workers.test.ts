import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import type { PageGlobals, ReaderName } from "../src/page.ts";
import { noChromium, openProfile } from "../support/browser.ts";
import { bundle } from "../support/bundle.ts";
import { PATIENCE, type Seen } from "../support/page.ts";
import { Site } from "../support/site.ts";

type Kind = "dedicated" | "shared" | "blob";
type Told = Seen & { readonly thrown?: string; readonly code?: unknown };

/** Starts a worker in the page, or finds it if it is shared. */
async function startWorker(page: Page, site: Site, kind: Kind): Promise<void> {
  await page.goto(`${site.url}/`);
  await page.evaluate(async (which) => {
    const source = "/worker.js";
    const make = async () => {
      if (which === "dedicated") return new Worker(source);
      if (which === "shared") return new SharedWorker(source).port;
      return new Worker(URL.createObjectURL(await (await fetch(source)).blob()));
    };
    Object.assign(globalThis, { port: await make() });
  }, kind);
}

/** Gives the worker an order, and gets what it tells. */
function order(page: Page, what: unknown): Promise<Told> {
  return page.evaluate((sent) => {
    const { port } = globalThis as unknown as { port: MessagePort };
    return new Promise<Told>((resolve) => {
      port.onmessage = ({ data }) => resolve(data);
      port.postMessage(sent);
    });
  }, what);
}

async function expectAllIn(page: Page, site: Site): Promise<void> {
  site.pause();
  await site.publish();
  await expect.poll(async () => (await order(page, "tell")).got.at(-1), PATIENCE).toBe(site.last);
  const { got, gaps } = await order(page, "tell");
  expect(got).toEqual(Array.from(got, (_, at) => got[0]! + at));
  expect(gaps).toEqual([]);
}

describe.skipIf(noChromium)("in a worker", () => {
  let scripts: Readonly<Record<string, string>> = {};
  beforeAll(async () => {
    scripts = { "/worker.js": await bundle(new URL("../src/worker.ts", import.meta.url)) };
  });

  for (const reader of ["connect", "EventSource"] as const satisfies readonly ReaderName[]) {
    for (const kind of ["dedicated", "shared", "blob"] as const) {
      test(`${reader} reads, comes back from cuts and closes, in a ${kind} one`, async () => {
        await using site = await Site.start(scripts);
        await using profile = await openProfile();
        const page = await profile.newPage();
        await startWorker(page, site, kind);
        // A relative URL is resolved against the worker's own, which a blob's cannot be.
        await order(page, { read: reader, url: kind === "blob" ? `${site.url}/events` : "events" });
        await expect.poll(() => site.open, PATIENCE).toBe(1);
        site.count();
        site.cut();
        await expect.poll(() => site.streams.length, PATIENCE).toBe(2);
        await expectAllIn(page, site);
        await order(page, "close");
        await expect.poll(() => site.open, PATIENCE).toBe(0);
        expect(site.streams.length).toBe(2);
      });
    }

    test(`${reader} in a shared one reads once for two pages, and lives as long as one of them`, async () => {
      await using site = await Site.start(scripts);
      await using profile = await openProfile();
      const [first, second] = [await profile.newPage(), await profile.newPage()];
      for (const page of [first, second]) await startWorker(page, site, "shared");
      await order(first, { read: reader, url: "events" });
      await order(second, { read: reader, url: "events" });
      await expect.poll(() => site.open, PATIENCE).toBe(1);
      site.count();
      await first.close();
      await expect.poll(async () => (await order(second, "tell")).got.length, PATIENCE).toBeGreaterThan(10);
      await expectAllIn(second, site);
      expect(site.streams.length).toBe(1);
      await second.close();
      await expect.poll(() => site.open, PATIENCE).toBe(0);
    });
  }

  test("a worker that is terminated, and a frame that is taken away, let go of what they read", async () => {
    await using site = await Site.start({
      ...scripts,
      "/page.js": await bundle(new URL("../src/page.ts", import.meta.url)),
    });
    await using profile = await openProfile();
    const page = await profile.newPage();
    await startWorker(page, site, "dedicated");
    await order(page, { read: "connect", url: "events" });
    await page.evaluate(async () => {
      const frame = document.createElement("iframe");
      frame.src = "/frame";
      const loaded = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
      document.body.append(frame);
      await loaded;
      const script = frame.contentDocument!.createElement("script");
      script.src = "/page.js";
      const ran = new Promise((resolve) => script.addEventListener("load", resolve, { once: true }));
      frame.contentDocument!.body.append(script);
      await ran;
      (frame.contentWindow as unknown as PageGlobals).readers.EventSource("/events");
    });
    await expect.poll(() => site.open, PATIENCE).toBe(2);
    await page.evaluate(() => (globalThis as unknown as { port: Worker }).port.terminate());
    await expect.poll(() => site.open, PATIENCE).toBe(1);
    await page.evaluate(() => document.querySelector("iframe")?.remove());
    await expect.poll(() => site.open, PATIENCE).toBe(0);
    expect(site.streams.length).toBe(2);
  });

  test("a relative URL has no base in a blob one: EventSource says so as the platform's does, connect by its error", async () => {
    await using site = await Site.start(scripts);
    await using profile = await openProfile();
    const page = await profile.newPage();
    await startWorker(page, site, "blob");
    const own = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const text = "try{new EventSource('events');postMessage([])}catch(e){postMessage([e.name,e.code])}";
          new Worker(URL.createObjectURL(new Blob([text]))).onmessage = ({ data }) => resolve(data);
        }),
    );
    const { thrown, code } = await order(page, { read: "EventSource", url: "events" });
    expect([thrown, code]).toEqual(own);
    expect([thrown, code]).toEqual(["SyntaxError", 12]);
    expect((await order(page, { read: "connect", url: "events" })).code).toBe("invalid-option");
    expect(site.streams).toEqual([]);
  });
});
