import { afterEach, expect, test, vi } from "vitest";
import { Wait } from "./wait.ts";

afterEach(() => void vi.useRealTimers());

/** A wait under a fake clock, and whether it is over. */
function begin(ms: number, mayEnd: () => boolean = () => true) {
  vi.useFakeTimers();
  const wait = new Wait(mayEnd);
  const seen = { over: false };
  void wait.over(ms).then(() => (seen.over = true));
  return { wait, seen };
}

test("is over when its time has passed, and not before", async () => {
  const { seen } = begin(30_000);
  await vi.advanceTimersByTimeAsync(29_990);
  expect(seen.over).toBe(false);
  await vi.advanceTimersByTimeAsync(10);
  expect(seen.over).toBe(true);
});

test("takes a turn of the event loop at least", async () => {
  const { seen } = begin(0);
  await Promise.resolve();
  expect(seen.over).toBe(false);
  await vi.advanceTimersByTimeAsync(0);
  expect(seen.over).toBe(true);
});

test("is over within a second after a clock that jumped past its end: the computer slept", async () => {
  const { seen } = begin(30_000);
  await vi.advanceTimersByTimeAsync(2000);
  vi.setSystemTime(Date.now() + 3_600_000);
  await vi.advanceTimersByTimeAsync(1000);
  expect(seen.over).toBe(true);
});

test("takes no longer for a clock that was set back", async () => {
  const { seen } = begin(5000);
  vi.setSystemTime(Date.now() - 3_600_000);
  await vi.advanceTimersByTimeAsync(5000);
  expect(seen.over).toBe(true);
});

test("waits as long as a timer can hold", async () => {
  const { seen } = begin(2_147_483_647);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(seen.over).toBe(false);
});

test("ends at once when told to, and lasts while it may not end", async () => {
  let awake = false;
  const { wait, seen } = begin(10, () => awake);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(seen.over).toBe(false);
  awake = true;
  wait.end();
  await Promise.resolve();
  await Promise.resolve();
  expect(seen.over).toBe(true);
});
