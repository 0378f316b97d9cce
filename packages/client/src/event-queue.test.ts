import { expect, test } from "vitest";
import { EventQueue } from "./event-queue.ts";

const ignore = () => {};

test("takers and events meet in order, whoever comes first", async () => {
  const queue = new EventQueue<number>();
  const early = [queue.take(ignore), queue.take(ignore)];
  for (const n of [1, 2, 3, 4]) queue.push(n, `${n}`);
  expect(await Promise.all([...early, queue.take(ignore), queue.take(ignore)])).toEqual([1, 2, 3, 4]);
});

test("is empty once everything is taken, and says when", async () => {
  const queue = new EventQueue<number>();
  expect(queue.whenEmpty()).toBe(undefined);
  queue.push(1, "1");
  queue.push(2, "2");
  let empty = false;
  const waiting = queue.whenEmpty()?.then(() => {
    empty = true;
  });
  queue.take(ignore);
  await Promise.resolve();
  expect(empty).toBe(false);
  queue.take(ignore);
  await waiting;
  expect(queue.isEmpty).toBe(true);
});

test("a position that moved past the last event is reached by taking it", () => {
  const queue = new EventQueue<string>();
  expect(queue.move("1")).toBe(false);
  queue.push("a", "1");
  expect(queue.move("9")).toBe(true);
  const taken: string[] = [];
  queue.take((item) => taken.push(item.lastEventId));
  expect(taken).toEqual(["9"]);
});

test("ends after what is queued, or at once", async () => {
  const kept = new EventQueue<number>();
  kept.push(1, "1");
  kept.end(false);
  expect([await kept.take(ignore), await kept.take(ignore)]).toEqual([1, undefined]);
  const dropped = new EventQueue<number>();
  dropped.push(1, "1");
  const waiting = dropped.whenEmpty();
  dropped.end(true);
  await waiting;
  dropped.push(2, "2");
  expect(await dropped.take(ignore)).toBe(undefined);
});

test("an end releases those who wait", async () => {
  const queue = new EventQueue<number>();
  const waiting = queue.take(ignore);
  queue.end(false);
  expect(await waiting).toBe(undefined);
});
