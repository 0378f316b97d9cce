import { expect, test } from "vitest";
import { chromium } from "../src/browsers.ts";
import { survive } from "./survival.ts";

test("four tabs of Chromium lose nothing while their leaders close, reload, crash, leave, freeze and hang", async () => {
  const { keptPages, naps } = await survive(chromium, {
    close: 22,
    reload: 24,
    crash: 14,
    navigate: 20,
    freeze: 17,
    hang: 3,
  });
  // A browser that is short of memory may keep fewer.
  expect(keptPages).toBeGreaterThan((20 + naps) / 2);
});
