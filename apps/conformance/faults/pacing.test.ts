import { connect } from "@sse/client";
import { afterEach, expect, test, vi } from "vitest";
import { type Answer, status, stream } from "./answers.ts";
import { FaultServer } from "./fault-server.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** The wait that follows one answer; it is not waited for. */
async function waitAfter(answer: Answer): Promise<number> {
  await using server = await FaultServer.start();
  server.play([answer]);
  let delay = Number.NaN;
  const subscription = connect(server.url, {
    onReconnect: ({ delayMs }) => {
      delay = delayMs;
      return false;
    },
  });
  subscription.on("*", () => {});
  expect(await subscription.closed).toBe("stopped");
  expect(server.requests).toBe(1);
  return delay;
}

test("200 and RST a thousand times: the waits grow to 0 to 30 s, fewer than 8 requests a minute", async () => {
  await using server = await FaultServer.start();
  server.play([], stream("", "rst"));
  // Only waits are faked: the sockets are real.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const delays: number[] = [];
  const subscription = connect(server.url, {
    onReconnect: ({ delayMs }) => delays.push(delayMs) < 1000,
  });
  subscription.on("*", () => {});
  let over = false;
  void subscription.closed.then(() => {
    over = true;
  });
  for (let waited = 0; !over; ) {
    if (delays.length > waited && vi.getTimerCount() > 0) {
      waited++;
      vi.runOnlyPendingTimers();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(server.requests).toBe(1000);
  const sum = delays.reduce((all, each) => all + each, 0);
  expect(delays[0]).toBeLessThan(2000);
  expect(Math.max(...delays)).toBeGreaterThan(20_000);
  expect(Math.max(...delays)).toBeLessThanOrEqual(30_000);
  expect(1000 / (sum / 60_000)).toBeLessThan(8);
});

test("Retry-After is the least wait, in seconds and as a date", async () => {
  const seconds = await waitAfter(status(503, "retry-after: 7"));
  expect(seconds).toBeGreaterThanOrEqual(7000);
  expect(seconds).toBeLessThan(10_000);
  const date = new Date(Date.now() + 60_000).toUTCString();
  const dated = await waitAfter(status(429, `retry-after: ${date}`));
  expect(dated).toBeGreaterThan(50_000);
  expect(dated).toBeLessThan(63_000);
});

test("connect waits 1 s after retry: 0, and about 60 s after retry: 4294967296", async () => {
  const none = await waitAfter(stream("retry: 0\n\n"));
  expect(none).toBeGreaterThanOrEqual(1000);
  expect(none).toBeLessThan(4000);
  const hostile = await waitAfter(stream("retry: 4294967296\n\n"));
  expect(hostile).toBeGreaterThanOrEqual(60_000);
  expect(hostile).toBeLessThan(63_000);
});
