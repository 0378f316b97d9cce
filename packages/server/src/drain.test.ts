import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { closeOver } from "./drain.ts";

class Member {
  isClosed = false;
  closedAt = 0;
  close(): void {
    this.isClosed = true;
    this.closedAt = performance.now();
  }
}

describe("a drain", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("closes as many in every part of the time", async () => {
    const start = performance.now();
    const members = Array.from({ length: 100 }, () => new Member());
    const drained = closeOver(members, 1_000, (member) => member.close());
    await vi.advanceTimersByTimeAsync(1_000);
    await drained;
    const tenths = Array.from({ length: 10 }, () => 0);
    for (const { closedAt } of members) tenths[Math.min(9, Math.floor((closedAt - start) / 100))]!++;
    // Ten each; at most a fifth of a tenth's are late, by the step in which the drain looks.
    expect(Math.min(...tenths)).toBeGreaterThanOrEqual(7);
    expect(Math.max(...tenths)).toBeLessThanOrEqual(13);
  });

  test("closes in no order that a client could foresee", async () => {
    const members = Array.from({ length: 40 }, () => new Member());
    const closed: Member[] = [];
    const drained = closeOver(members, 400, (member) => {
      member.close();
      closed.push(member);
    });
    await vi.advanceTimersByTimeAsync(400);
    await drained;
    expect(new Set(closed)).toEqual(new Set(members));
    expect(closed).not.toEqual(members); // one in 40! orders is theirs
  });

  test("closes a lone connection at a moment of the whole time, not always at once", async () => {
    const start = performance.now();
    const lone = Array.from({ length: 40 }, () => new Member());
    const drained = Promise.all(lone.map((one) => closeOver([one], 200, (member) => member.close())));
    await vi.advanceTimersByTimeAsync(200);
    await drained;
    const late = lone.filter(({ closedAt }) => closedAt - start > 100).length;
    // One in 2 ** 40 runs would have none of either.
    expect(late).toBeGreaterThan(0);
    expect(late).toBeLessThan(40);
  });

  test("without time closes all in the same turn", () => {
    const members = [new Member(), new Member()];
    void closeOver(members, 0, (member) => member.close());
    expect(members.every(({ isClosed }) => isClosed)).toBe(true);
  });

  test("is over when all have closed by themselves", async () => {
    const members = Array.from({ length: 3 }, () => new Member());
    const drained = closeOver(members, 60_000, () => {});
    for (const member of members) member.close();
    await vi.advanceTimersByTimeAsync(20);
    await drained;
  });

  test("without connections is over at once", async () => {
    await closeOver([], 60_000, () => {});
  });
});
