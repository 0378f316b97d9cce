import { test } from "vitest";
import { firefox } from "../src/browsers.ts";
import { survive } from "./survival.ts";

// Firefox keeps no page that has a Web Lock or waits for one: who goes back there joins as a new tab.

test("four tabs of Firefox lose nothing while their leaders close, reload, leave and hang", async () => {
  await survive(firefox, { close: 24, reload: 48, navigate: 26, hang: 2 });
});
