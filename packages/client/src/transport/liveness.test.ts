import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Liveness, type LivenessRules } from "./liveness.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function watch(rules: Partial<LivenessRules> = {}) {
  const idle: number[] = [];
  const liveness = new Liveness({ idleTimeoutMs: "auto", guess: true, ...rules }, (ms) => idle.push(ms));
  return { liveness, idle };
}

test("a given timeout ends the silence after it, and every byte puts that off", () => {
  const { liveness, idle } = watch({ idleTimeoutMs: 100 });
  for (let times = 0; times < 5; times++) {
    vi.advanceTimersByTime(90);
    liveness.touch();
  }
  expect(idle).toEqual([]);
  vi.advanceTimersByTime(99);
  expect(idle).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(idle).toEqual([100]);
});

test("'auto' sleeps until it knows something, and false always", () => {
  const auto = watch();
  const off = watch({ idleTimeoutMs: false });
  off.liveness.announce(1000);
  vi.advanceTimersByTime(1e9);
  expect([auto.idle, off.idle]).toEqual([[], []]);
  expect(vi.getTimerCount()).toBe(0);
});

test("an announced heartbeat counts 2.5 times, and as 5 s at least", () => {
  const { liveness, idle } = watch({ guess: false });
  liveness.announce(20_000);
  vi.advanceTimersByTime(49_999);
  expect(idle).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(idle).toHaveLength(1);
  const quick = watch();
  quick.liveness.announce(1);
  vi.advanceTimersByTime(12_499);
  expect(quick.idle).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(quick.idle).toHaveLength(1);
});

test("three regular comments are heartbeats, of 30 s at least", () => {
  const { liveness, idle } = watch();
  for (let times = 0; times < 3; times++) {
    vi.advanceTimersByTime(2000);
    liveness.touch();
    liveness.comment();
  }
  vi.advanceTimersByTime(29_999);
  expect(idle).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(idle).toHaveLength(1);
});

test("irregular comments, two of them, and comments that may not be guessed from, are none", () => {
  const irregular = watch();
  const two = watch();
  const sure = watch({ guess: false });
  for (const [at, wait] of [2000, 9000, 3000, 20_000].entries()) {
    vi.advanceTimersByTime(wait);
    irregular.liveness.comment();
    if (at < 2) two.liveness.comment();
  }
  for (let times = 0; times < 5; times++) {
    vi.advanceTimersByTime(2000);
    sure.liveness.comment();
  }
  vi.advanceTimersByTime(1e8);
  expect([irregular.idle, two.idle, sure.idle]).toEqual([[], [], []]);
});

test("the clock stands still while the consumer is busy", () => {
  const { liveness, idle } = watch({ idleTimeoutMs: 100 });
  vi.advanceTimersByTime(60);
  liveness.pause();
  vi.advanceTimersByTime(10_000);
  liveness.resume();
  vi.advanceTimersByTime(39);
  expect(idle).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(idle).toHaveLength(1);
});

test("a late timer is checked once more: bytes may have waited while the process slept", () => {
  const slept = watch({ idleTimeoutMs: 100 });
  sleep(5000);
  expect(slept.idle).toEqual([]);
  slept.liveness.touch();
  vi.advanceTimersByTime(999);
  slept.liveness.stop();
  const dead = watch({ idleTimeoutMs: 100 });
  sleep(5000);
  expect(dead.idle).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(dead.idle).toHaveLength(1);
});

test("a timer is late, too, after a handler that blocked for a part of a second", () => {
  const { liveness, idle } = watch({ idleTimeoutMs: 400 });
  sleep(600);
  expect(idle).toEqual([]);
  liveness.touch();
  vi.advanceTimersByTime(399);
  expect(idle).toEqual([]);
  vi.advanceTimersByTime(400);
  expect(idle).toHaveLength(1);
});

test("a moment in which a handler blocked again is none, four times and no more", () => {
  let now = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now);
  const { idle } = watch({ idleTimeoutMs: 400 });
  for (let times = 1; times <= 5; times++) {
    expect(idle).toEqual([]);
    now += 600; // of which it was to be 400
    vi.advanceTimersToNextTimer();
  }
  clock.mockRestore();
  expect(idle).toEqual([3000]);
});

test("stops for good", () => {
  const { liveness, idle } = watch({ idleTimeoutMs: 100 });
  liveness.stop();
  liveness.resume();
  vi.advanceTimersByTime(1000);
  expect([idle, vi.getTimerCount()]).toEqual([[], 0]);
});

/** The monotonic clock goes on while no timer fires; then the ones that are due do. */
function sleep(ms: number): void {
  const now = performance.now();
  const spy = vi.spyOn(performance, "now").mockReturnValue(now + ms);
  vi.advanceTimersByTime(100);
  spy.mockRestore();
  vi.advanceTimersByTime(0);
}
