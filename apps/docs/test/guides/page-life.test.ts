import { createHub } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inbox } from "../../pages/guides/authentication/events.ts";
import { statusLine } from "../../pages/guides/page-life/status.ts";
import { installed } from "../support/installed.ts";
import { Pages } from "../support/page.ts";
import { serve } from "../support/serve.ts";

it("the status is shown when there is something to say", () => {
  const shown = [
    { status: "connecting", attempt: 0 },
    { status: "open", url: "" },
    { status: "waiting", attempt: 1, delayMs: 500, error: undefined },
    { status: "waiting", attempt: 4, delayMs: 7200, error: undefined },
    { status: "connecting", attempt: 4 },
    { status: "closed", error: undefined },
  ] as const;
  expect(shown.map((state) => statusLine(state))).toEqual([
    "",
    "live",
    "",
    "no connection, next try in 8 s",
    "connecting …",
    "finished",
  ]);
});

describe.skipIf(!installed.chromium)("in Chromium", () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await Pages.start();
  });
  afterAll(() => pages[Symbol.asyncDispose]());

  const connecting = `import { connect } from "@sse/client"; import { inbox } from "./guides/authentication/events.ts";
    const streams = globalThis.streams = [];
    globalThis.open = () => { const s = connect(inbox, url, { cursor: "query" }); s.on("mail", () => {}); streams.push(s); };`;

  it("the seventh stream over HTTP/1.1 waits until one of the six is closed", async () => {
    await using hub = createHub(inbox, { cors: { origins: "*" } });
    await using server = await serve(toNodeListener(hub.respond));
    const page = await pages.open(`const url = "${server.url}"; ${connecting}`);
    await page.waitForFunction("globalThis.open");
    await page.evaluate("for (let n = 0; n < 7; n++) open()");
    const open = () => page.evaluate("streams.filter((s) => s.state.status === 'open').length");
    await expect.poll(open).toBe(6);
    expect(hub.stats().connections).toBe(6);
    await page.evaluate("streams.find((s) => s.state.status === 'open').close()");
    await expect.poll(open).toBe(6);
    expect(await page.evaluate("streams.filter((s) => s.state.status === 'connecting').length")).toBe(0);
    await page.close();
  });

  it("a page that is left lets go, and one whose network returns does not wait", async () => {
    await using hub = createHub(inbox, { cors: { origins: "*" } });
    await using server = await serve(toNodeListener(hub.respond));
    const page = await pages.open(`const url = "${server.url}"; ${connecting}`);
    await page.waitForFunction("globalThis.open");
    await page.evaluate("open()");
    await expect.poll(() => hub.stats().connections).toBe(1);
    await page.evaluate("dispatchEvent(new Event('pagehide'))");
    await expect.poll(() => hub.stats().connections).toBe(0);
    await page.evaluate("dispatchEvent(new Event('pageshow'))");
    await expect.poll(() => hub.stats().connections).toBe(1);
    await page.context().setOffline(true);
    server.cut();
    const status = () => page.evaluate("streams[0].state.status");
    await expect
      .poll(() => page.evaluate("streams[0].state.attempt"), { timeout: 30_000 })
      .toBeGreaterThan(2);
    await page.context().setOffline(false);
    await expect.poll(status).toBe("open");
    await page.close();
  });
});
