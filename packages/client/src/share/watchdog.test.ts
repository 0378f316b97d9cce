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

test("a leader that was just heard is not asked", () => {
  for (let times = 0; times < 10; times++) {
    vi.advanceTimersByTime(600);
    watchdog.heard(true);
  }
  expect(said).toEqual([]);
});

test("a silent leader is asked after 700 ms, and dead after 700 more", () => {
  vi.advanceTimersByTime(699);
  expect(said).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(said).toEqual(["ping"]);
  vi.advanceTimersByTime(699);
  expect(said).toEqual(["ping"]);
  vi.advanceTimersByTime(1);
  expect(said).toEqual(["ping", "dead"]);
});

test("one that was stopped, since its tab led for a while, looks as before when it starts again", () => {
  vi.advanceTimersByTime(300);
  watchdog.stop();
  vi.advanceTimersByTime(5000);
  expect(said).toEqual([]);
  watchdog.start();
  vi.advanceTimersByTime(1400);
  expect(said).toEqual(["ping", "dead"]);
});

test("a leader that answers is asked less and less often, until there are news", () => {
  const asked: number[] = [];
  const begun = performance.now();
  for (let times = 0; times < 6; times++) {
    const before = said.length;
    while (said.length === before) vi.advanceTimersByTime(100);
    asked.push(performance.now() - begun);
    watchdog.heard(false);
  }
  expect(asked.map((at, index) => at - (asked[index - 1] ?? 0))).toEqual([700, 1400, 2800, 5600, 8000, 8000]);
  watchdog.heard(true);
  vi.advanceTimersByTime(700);
  expect(said).toHaveLength(7);
  expect(said).not.toContain("dead");
});

test("a tab that slept asks again before it takes a leader for dead", () => {
  vi.advanceTimersByTime(700);
  const slept = performance.now() + 60_000;
  const clock = vi.spyOn(performance, "now").mockReturnValue(slept);
  vi.advanceTimersByTime(700);
  clock.mockRestore();
  expect(said).toEqual(["ping", "ping"]);
});

test("nothing is asked after the stop", () => {
  watchdog.stop();
  watchdog.heard(true);
  vi.advanceTimersByTime(60_000);
  expect([said, vi.getTimerCount()]).toEqual([[], 0]);
});
