import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Watchdog } from "./watchdog.ts";

let said: string[];
let watchdog: Watchdog;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  vi.spyOn(Math, "random").mockReturnValue(0);
  said = [];
  watchdog = new Watchdog({ ping: () => said.push("ping"), dead: () => said.push("dead") });
  watchdog.start();
});
afterEach(() => {
  watchdog.stop();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test("a hidden tab does not look, and does when it is seen", () => {
  const state = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  watchdog.start();
  vi.advanceTimersByTime(60_000);
  expect([said, vi.getTimerCount()]).toEqual([[], 0]);
  state.mockReturnValue("visible");
  document.dispatchEvent(new Event("visibilitychange"));
  vi.advanceTimersByTime(0);
  expect(said).toEqual(["ping"]);
});
