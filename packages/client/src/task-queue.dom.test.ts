import { expect, test } from "vitest";
import { TaskQueue } from "./task-queue.ts";

// In pages, where tasks are what events come in.

test("runs the first at once and each of the others in a task of its own, in order", async () => {
  const queue = new TaskQueue();
  const log: string[] = [];
  for (const name of ["a", "b", "c"]) {
    queue.run(() => {
      log.push(name);
      queueMicrotask(() => log.push(`after ${name}`));
    });
  }
  expect(log).toEqual(["a"]);
  await queue.whenEmpty();
  expect(log).toEqual(["a", "after a", "b", "after b", "c", "after c"]);
  expect(queue.whenEmpty()).toBeUndefined();
});

test("a task may clear those behind it, also while they are flushed", async () => {
  for (const run of [(queue: TaskQueue) => queue.whenEmpty(), (queue: TaskQueue) => queue.flush()]) {
    const queue = new TaskQueue();
    const log: number[] = [];
    for (const number of [1, 2, 3]) {
      queue.run(() => {
        log.push(number);
        if (number === 2) queue.clear();
      });
    }
    await run(queue);
    expect(log).toEqual([1, 2]);
    await queue.whenEmpty();
    queue.run(() => log.push(4));
    expect(log).toEqual([1, 2, 4]);
  }
});

test("holds half a million without slowing down", () => {
  const queue = new TaskQueue();
  let ran = 0;
  for (let count = 0; count < 500_000; count++) queue.run(() => ran++);
  const begun = performance.now();
  queue.flush();
  expect(ran).toBe(500_000);
  expect(performance.now() - begun).toBeLessThan(10_000); // a quarter of an hour, where each moves all behind it
});
