import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Alarm, startAlarm, Wheel } from "./heartbeat.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Every moment, from now, at which it rang, of all of the time up to `ms`. */
function ringing(intervalMs: number): { readonly alarm: Alarm; readonly times: number[] } {
  const start = Date.now();
  const times: number[] = [];
  return { alarm: startAlarm(intervalMs, () => times.push(Date.now() - start)), times };
}

describe("an alarm", () => {
  test("rings after the interval, at most a sixteenth early, again and again", () => {
    vi.advanceTimersByTime(7);
    const { alarm, times } = ringing(1600);
    vi.advanceTimersByTime(1600 * 5);
    alarm.stop();
    expect(times).toHaveLength(5);
    for (const [index, time] of times.entries()) {
      expect(time).toBeLessThanOrEqual(1600 * (index + 1));
      expect(time - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(1500);
    }
  });

  test("of an interval that no timer can wait for does not ring at once", () => {
    const { alarm, times } = ringing(Number.MAX_SAFE_INTEGER);
    vi.advanceTimersByTime(60_000);
    alarm.stop();
    expect(times).toEqual([]);
  });

  test("that joins late rings in its own time", () => {
    const early = ringing(1600);
    vi.advanceTimersByTime(810);
    const late = ringing(1600);
    vi.advanceTimersByTime(1499);
    expect(late.times).toEqual([]);
    vi.advanceTimersByTime(101);
    expect(late.times).toHaveLength(1);
    early.alarm.stop();
    late.alarm.stop();
  });

  test("that is touched rings an interval after that", () => {
    const { alarm, times } = ringing(1600);
    for (let elapsed = 0; elapsed < 16_000; elapsed += 500) {
      alarm.touch();
      vi.advanceTimersByTime(500);
    }
    expect(times).toEqual([]);
    vi.advanceTimersByTime(1100);
    expect(times).toHaveLength(1);
    alarm.stop();
  });

  test("that is stopped rings no more, and may be stopped twice", () => {
    const { alarm, times } = ringing(1600);
    alarm.stop();
    alarm.stop();
    vi.advanceTimersByTime(10_000);
    expect(times).toEqual([]);
  });

  test("may stop itself and any other while it rings; who is stopped is not rung", () => {
    const rung: string[] = [];
    const alarms: Alarm[] = [];
    for (const name of ["a", "b", "c"]) {
      alarms.push(
        startAlarm(1600, () => {
          rung.push(name);
          for (const alarm of alarms) alarm.stop();
        }),
      );
    }
    vi.advanceTimersByTime(10_000);
    expect(rung).toEqual(["a"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("that rings may start another of the same interval", () => {
    const rung: string[] = [];
    const first = startAlarm(1600, () => {
      first.stop();
      rung.push("first");
      const second = startAlarm(1600, () => {
        second.stop();
        rung.push("second");
      });
    });
    vi.advanceTimersByTime(1600 * 3);
    expect(rung).toEqual(["first", "second"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("of an interval shorter than the wheel has slots rings, too", () => {
    const { alarm, times } = ringing(1);
    vi.advanceTimersByTime(5);
    alarm.stop();
    expect(times).toEqual([1, 2, 3, 4, 5]);
  });
});

describe("the wheel", () => {
  test("has one timer for all alarms of an interval, and none when the last has stopped", () => {
    const alarms = Array.from({ length: 10_000 }, () => startAlarm(1600, () => {}));
    const other = startAlarm(3200, () => {});
    expect(vi.getTimerCount()).toBe(2);
    vi.advanceTimersByTime(5000);
    expect(vi.getTimerCount()).toBe(2);
    for (const alarm of alarms) alarm.stop();
    expect(vi.getTimerCount()).toBe(1);
    other.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("says when it is empty, each time", () => {
    const onEmpty = vi.fn();
    const wheel = new Wheel(1600, onEmpty);
    const [first, second] = [new Alarm(wheel, { ring: () => {} }), new Alarm(wheel, { ring: () => {} })];
    first.stop();
    first.stop();
    expect(onEmpty).not.toHaveBeenCalled();
    second.stop();
    expect(onEmpty).toHaveBeenCalledTimes(1);
    new Alarm(wheel, { ring: () => {} }).stop();
    expect(onEmpty).toHaveBeenCalledTimes(2);
    expect(vi.getTimerCount()).toBe(0);
  });
});
