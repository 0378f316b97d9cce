import { expect, test } from "vitest";
import { frameworks } from "../src/framework.ts";
import { behaves } from "./support/behaves.ts";
import { RawReader } from "./support/raw-reader.ts";

behaves(frameworks.next, (app) => {
  test("has one hub in two bundles, that of a page and that of the route", async () => {
    using reader = new RawReader(app().port);
    await reader.until("event: sse.mark");
    const page = await fetch(new URL("/connections", app().url));
    expect(await page.text()).toContain("<output>1</output>");
  });
});
