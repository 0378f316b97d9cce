import { ConnectionError } from "@sse/protocol";
import { describe, expect, test } from "vitest";
import { resilientRules, standardRules } from "../options.ts";
import { type Loss, ReconnectPolicy, type Retry, retryAfterMs } from "./reconnect.ts";

const error = new ConnectionError("connection-lost", "lost", { url: "http://x/", retryable: true });
const refused: Loss = {
  error,
  openMs: undefined,
  progressed: false,
  lastEventId: "",
  retryAfterMs: 0,
  immediate: false,
};
const delay = (decision: Retry | Error) => ("delayMs" in decision ? decision.delayMs : decision.message);

class Clock {
  ms = 0;
  readonly now = (): number => this.ms;
}

function policy(rules = resilientRules(undefined), random = () => 1) {
  const clock = new Clock();
  return { clock, policy: new ReconnectPolicy(rules, clock.now, random) };
}

test("a server that asks for no wait, and ends after each event, is asked ten times a second at most", () => {
  const short: Loss = { ...refused, openMs: 1, progressed: true };
  for (const [given, waits] of [
    [undefined, [0, 100, 95]],
    [{ maxAttempts: 9 }, [0, 0, 0]],
  ] as const) {
    const { policy: at, clock } = policy(standardRules(given, true));
    at.setReconnectionTime(0);
    const delays = [delay(at.next(short)), delay(at.next(short))];
    clock.ms += 105; // the wait, and the 5 ms of the attempt
    expect([...delays, delay(at.next(short))]).toEqual(waits);
    clock.ms += 1000;
    expect(delay(at.next(short))).toBe(0);
  }
});

describe("connect's rhythm", () => {
  test("doubles the random part from 1 s to 30 s", () => {
    const { policy: at } = policy();
    const delays = Array.from({ length: 7 }, () => delay(at.next(refused)));
    expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(at.attempt).toBe(7);
  });

  test("is full jitter: chance may take all of it away", () => {
    const { policy: at } = policy(undefined, () => 0);
    expect([delay(at.next(refused)), delay(at.next(refused))]).toEqual([0, 0]);
  });

  test("adds chance to the larger of retry and Retry-After", () => {
    const { policy: at } = policy(undefined, () => 0.5);
    at.setReconnectionTime(5000);
    expect(delay(at.next(refused))).toBe(5500);
    expect(delay(at.next({ ...refused, retryAfterMs: 9000 }))).toBe(10_000);
  });

  test("starts over after 5 s of health, and not after less, whatever came", () => {
    const { policy: at } = policy();
    for (let times = 0; times < 4; times++) at.next(refused);
    expect(delay(at.next({ ...refused, openMs: 4999, progressed: true }))).toBe(16_000);
    expect(delay(at.next({ ...refused, openMs: 5000 }))).toBe(1000);
  });

  test("never asks a timer for more than it holds", () => {
    const { policy: at } = policy();
    expect(delay(at.next({ ...refused, retryAfterMs: 1e15 }))).toBe(2_147_483_647);
  });

  test("gives up after maxAttempts in a row, or when the next wait would pass maxElapsedMs", () => {
    const few = policy(resilientRules({ maxAttempts: 2 })).policy;
    expect(
      [few.next(refused), few.next(refused), few.next(refused)].map((one) => one instanceof Error),
    ).toEqual([false, false, true]);
    const { policy: brief, clock } = policy(resilientRules({ maxElapsedMs: 10_000 }));
    expect(brief.next(refused)).toHaveProperty("delayMs");
    clock.ms = 9000;
    expect(brief.next(refused)).toBe(error);
  });

  test("comes back at once when nothing failed", () => {
    const { policy: at } = policy();
    at.setReconnectionTime(5000);
    expect(delay(at.next({ ...refused, immediate: true }))).toBe(0);
  });

  test("keeps a received retry between 1 s and 60 s", () => {
    const { policy: at } = policy(undefined, () => 0);
    const received = [0, 999, 1000, 60_000, 4_294_967_296].map((ms) => {
      at.setReconnectionTime(ms);
      return delay(at.next(refused));
    });
    expect(received).toEqual([1000, 1000, 1000, 60_000, 60_000]);
  });
});

describe("the standard's rhythm", () => {
  test("waits the reconnection time alone, and adds chance only while nothing comes of it", () => {
    const { policy: at, clock } = policy(standardRules(undefined, true));
    expect([delay(at.next(refused)), delay(at.next(refused)), delay(at.next(refused))]).toEqual([
      3000, 4000, 5000,
    ]);
    at.setReconnectionTime(10);
    for (const _ of [1, 2]) {
      clock.ms += 6000; // the waits are over
      expect(delay(at.next({ ...refused, openMs: 1, progressed: true }))).toBe(10);
    }
    expect(delay(at.next({ ...refused, openMs: 1 }))).toBe(1010);
  });
});

describe("Retry-After", () => {
  test("is read as seconds and as a date, and nothing else", () => {
    const now = Date.parse("Fri, 21 Nov 2025 00:00:00 GMT");
    const read = (value?: string) =>
      retryAfterMs(new Headers(value === undefined ? {} : { "retry-after": value }), now);
    expect([read("5"), read("Fri, 21 Nov 2025 00:00:07 GMT"), read("Thu, 20 Nov 2025 00:00:07 GMT")]).toEqual(
      [5000, 7000, 0],
    );
    expect([read(), read("soon"), read("-5"), read("99999999999999")]).toEqual([0, 0, 0, 2_147_483_647]);
  });

  test("as a date is of the server's clock, where it says what time it is", () => {
    const headers = { date: "Fri, 21 Nov 2025 12:00:00 GMT", "retry-after": "Fri, 21 Nov 2025 12:00:30 GMT" };
    const anHourBehind = Date.parse("Fri, 21 Nov 2025 11:00:00 GMT");
    expect(retryAfterMs(new Headers(headers), anHourBehind)).toBe(30_000);
  });
});
