import { describe, expect, test } from "vitest";
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
  test("closes a lone connection at a moment of the whole time, not always at once", async () => {
    const start = performance.now();
    const lone = Array.from({ length: 40 }, () => new Member());
    await Promise.all(lone.map((one) => closeOver([one], 200, (member) => member.close())));
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
    await drained;
  });

  test("without connections is over at once", async () => {
    await closeOver([], 60_000, () => {});
  });
});
