import { expect, it } from "vitest";
import { measure } from "../src/compare/measure.ts";
import { installed } from "./support/installed.ts";

it.skipIf(!installed.chromium)(
  "a stream costs one request, and less than every kind of polling",
  async () => {
    const measured = await measure(installed.chromium ?? "", { ticks: 20, tickMs: 60, busy: true });
    const [polling, long, sse, socket] = [...measured.values()];
    expect([polling?.requests, sse?.requests, socket?.requests]).toEqual([20, 1, 1]);
    expect(long?.requests).toBeGreaterThan(15);
    const all = (traffic = { bytesUp: 0, bytesDown: 0 }) => traffic.bytesUp + traffic.bytesDown;
    expect(all(sse)).toBeLessThan(all(long) / 2);
    expect(all(sse)).toBeLessThan(all(polling) / 2);
    expect(all(socket)).toBeLessThan(all(sse));
  },
);
