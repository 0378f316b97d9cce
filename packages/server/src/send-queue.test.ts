import { describe, expect, test } from "vitest";
import { Frame } from "./frame.ts";
import { SendQueue } from "./send-queue.ts";

/** A frame of exactly so many bytes. */
function frame(offset: number, size = 100, key?: string): Frame {
  const idLine = `id: e.${offset}\n`;
  const payload = "x".repeat(size - idLine.length);
  return new Frame({ epoch: "e", offset }, { channel: "", payload, key, end: false });
}

function offsets(frames: readonly Frame[]): number[] {
  return frames.map(({ offset }) => offset);
}

/** Pushes them all, and says which were taken. */
function push(queue: SendQueue, ...frames: readonly Frame[]): boolean[] {
  return frames.map((one) => queue.push(one));
}

describe("a send queue", () => {
  test("counts the bytes that wait, and gives everything back in order", () => {
    const queue = new SendQueue(1000, "disconnect");
    expect(queue.isEmpty).toBe(true);
    push(queue, frame(1, 100), frame(2, 250));
    expect([queue.bytes, queue.isEmpty]).toEqual([350, false]);
    expect(offsets(queue.take().frames)).toEqual([1, 2]);
    expect([queue.bytes, queue.isEmpty]).toEqual([0, true]);
  });

  test("cleared has nothing to give and nothing to announce", () => {
    const queue = new SendQueue(100, "drop-oldest");
    push(queue, frame(1), frame(2));
    queue.clear();
    expect(queue.take()).toEqual({ frames: [], dropped: undefined });
    expect(queue.isEmpty).toBe(true);
  });

  test.each(["disconnect", "drop-oldest", "latest"] as const)(
    "with %s takes one frame of any size while it is empty",
    (policy) => {
      const queue = new SendQueue(10, policy);
      expect(queue.push(frame(1, 5_000_000))).toBe(true);
      expect(queue.take()).toMatchObject({ frames: [{ offset: 1 }], dropped: undefined });
      expect(queue.push(frame(2, 5_000_000))).toBe(true);
    },
  );

  test.each(["disconnect", "drop-oldest", "latest"] as const)(
    "with %s and no limit takes everything",
    (policy) => {
      const queue = new SendQueue(false, policy);
      for (let offset = 1; offset <= 100; offset++) expect(queue.push(frame(offset, 100_000))).toBe(true);
      expect(queue.take().frames).toHaveLength(100);
      expect(queue.dropped).toBe(0);
    },
  );
});

describe("with disconnect", () => {
  test("the budget is full exactly at the limit, and a byte more is refused", () => {
    const queue = new SendQueue(300, "disconnect");
    expect(push(queue, frame(1), frame(2), frame(3))).toEqual([true, true, true]);
    expect(queue.push(frame(4, 10))).toBe(false);
    const other = new SendQueue(299, "disconnect");
    expect(push(other, frame(1), frame(2), frame(3))).toEqual([true, true, false]);
  });

  test("a key means nothing", () => {
    const queue = new SendQueue(1000, "disconnect");
    push(queue, frame(1, 100, "a"), frame(2, 100, "a"));
    expect(offsets(queue.take().frames)).toEqual([1, 2]);
  });
});

describe("with drop-oldest", () => {
  test("nothing is dropped at the limit; one byte past it the oldest goes, and it is told which", () => {
    const queue = new SendQueue(300, "drop-oldest");
    push(queue, frame(1), frame(2), frame(3));
    expect(queue.dropped).toBe(0);
    queue.push(frame(4, 10));
    expect(queue.dropped).toBe(1);
    const { frames, dropped } = queue.take();
    expect(offsets(frames)).toEqual([2, 3, 4]);
    expect(dropped?.offset).toBe(1);
  });

  test("as many go as the newest needs, all of them if need be", () => {
    const queue = new SendQueue(300, "drop-oldest");
    push(queue, frame(1), frame(2), frame(3), frame(4, 150));
    expect(queue.take()).toMatchObject({ frames: [{ offset: 3 }, { offset: 4 }], dropped: { offset: 2 } });
    push(queue, frame(5), frame(6), frame(7, 10_000));
    expect(queue.take()).toMatchObject({ frames: [{ offset: 7 }], dropped: { offset: 6 } });
    expect(queue.dropped).toBe(4);
  });

  test("what is announced is forgotten when it was taken", () => {
    const queue = new SendQueue(100, "drop-oldest");
    push(queue, frame(1), frame(2));
    expect(queue.take().dropped?.offset).toBe(1);
    queue.push(frame(3));
    expect(queue.take().dropped).toBeUndefined();
  });

  test("what was dropped is let go of, however much it was", () => {
    const queue = new SendQueue(10_000, "drop-oldest");
    const many = 100_000;
    for (let n = 1; n <= many; n++) queue.push(frame(n));
    const { frames, dropped } = queue.take();
    expect([frames.length, frames[0]?.offset, dropped?.offset]).toEqual([100, many - 99, many - 100]);
    expect(queue.dropped).toBe(many - 100);
    expect(queue.isEmpty).toBe(true);
  });

  test("what survives ascends, and begins right after what was dropped", () => {
    const queue = new SendQueue(1000, "drop-oldest");
    for (let offset = 1; offset <= 500; offset++) queue.push(frame(offset, 20 + (offset % 7) * 30));
    const { frames, dropped } = queue.take();
    const expected = Array.from({ length: frames.length }, (_, index) => 500 - frames.length + 1 + index);
    expect(offsets(frames)).toEqual(expected);
    expect(dropped?.offset).toBe(500 - frames.length);
    expect(queue.dropped).toBe(500 - frames.length);
  });
});

describe("with latest", () => {
  test("a newer frame of the same key takes the older one's bytes and goes to the end", () => {
    const queue = new SendQueue(300, "latest");
    push(queue, frame(1, 100, "a"), frame(2, 100, "b"), frame(3, 50, "a"));
    expect(queue.bytes).toBe(150);
    expect(offsets(queue.take().frames)).toEqual([2, 3]);
    expect(queue.dropped).toBe(1);
  });

  test("the budget is full exactly at the limit, after what is superseded has gone", () => {
    const queue = new SendQueue(200, "latest");
    expect(push(queue, frame(1, 100, "a"), frame(2, 100, "b"), frame(3, 100, "a"))).toEqual([
      true,
      true,
      true,
    ]);
    expect(queue.push(frame(4, 101, "b"))).toBe(false);
  });

  test("frames without a key are never dropped: too many of them are refused", () => {
    const queue = new SendQueue(250, "latest");
    expect(push(queue, frame(1), frame(2), frame(3))).toEqual([true, true, false]);
    expect(offsets(queue.take().frames)).toEqual([1, 2]);
  });

  test("nothing is announced: what is superseded is no loss", () => {
    const queue = new SendQueue(1000, "latest");
    push(queue, frame(1, 100, "a"), frame(2, 100, "a"));
    expect(queue.take().dropped).toBeUndefined();
  });

  test("a key that was taken begins anew", () => {
    const queue = new SendQueue(1000, "latest");
    push(queue, frame(1, 100, "a"), frame(2, 100));
    queue.take();
    push(queue, frame(3, 100), frame(4, 100, "a"));
    expect(offsets(queue.take().frames)).toEqual([3, 4]);
  });

  test("the newest of each key, and every keyless one, survive any order of them, ids ascending", () => {
    const queue = new SendQueue(false, "latest");
    const newest = new Map<string, number>();
    const keyless: number[] = [];
    for (let offset = 1; offset <= 20_000; offset++) {
      const number = (offset * 7919) % 50;
      if (number === 0 && offset % 3 === 0) {
        keyless.push(offset);
        queue.push(frame(offset));
      } else {
        newest.set(`k${number}`, offset);
        queue.push(frame(offset, 100, `k${number}`));
      }
    }
    const expected = [...newest.values(), ...keyless].sort((a, b) => a - b);
    expect(queue.bytes).toBe(expected.length * 100);
    expect(offsets(queue.take().frames)).toEqual(expected);
  });
});
