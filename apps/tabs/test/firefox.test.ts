import { test } from "vitest";
import { firefox } from "../src/browsers.ts";
import { survive } from "./survival.ts";

test("four tabs of Firefox lose nothing while their leaders close, reload, leave and hang", async () => {
  await survive(firefox, { close: 8, reload: 16, navigate: 10, hang: 2 });
});
