import { expect, test } from "vitest";
import { FrameLog } from "./frame-log.ts";
import type { Frame } from "./message.ts";

const start = { epoch: 0, seq: 0, at: "" };
const frame = (seq: number, data = "", epoch = 1): Frame => ({
  epoch,
  seq,
  at: `id${seq}`,
  type: "n",
  data,
  lastEventId: `id${seq}`,
});
function logOf(count: number, told: number): FrameLog {
  const log = new FrameLog(start);
  for (let seq = 1; seq <= count; seq++) log.push(frame(seq));
  for (let times = 0; times < told; times++) log.take();
  return log;
}
const seqs = (frames: readonly Frame[] | undefined) => frames?.map(({ seq }) => seq);

test("frames are told in order, once, and the places are those of the last one told and the last one", () => {
  const log = logOf(3, 0);
  expect([log.place, log.head.seq, log.isTold]).toEqual([start, 3, false]);
  expect([log.take()?.seq, log.take()?.seq, log.place.seq, log.take()?.seq]).toEqual([1, 2, 2, 3]);
  expect([log.isTold, log.take()]).toEqual([true, undefined]);
});

test("what follows a place is known by the leader's count, else by the position", () => {
  const log = logOf(4, 0);
  expect(seqs(log.after({ epoch: 1, seq: 3, at: "" }))).toEqual([4]);
  expect(seqs(log.after({ epoch: 9, seq: 1, at: "id2" }))).toEqual([3, 4]);
  expect(seqs(log.after({ epoch: 1, seq: 4, at: "id4" }))).toEqual([]);
  expect(log.after({ epoch: 9, seq: 3, at: "other" })).toBeUndefined();
  // Without a position there is only the count, and epoch 0 is nobody's.
  expect(log.after({ epoch: 9, seq: 3, at: "" })).toBeUndefined();
  expect(log.after(start)).toBeUndefined();
  log.reset({ epoch: 1, seq: 4, at: "id4" });
  expect([
    seqs(log.after({ epoch: 1, seq: 4, at: "" })),
    seqs(log.after({ epoch: 9, seq: 9, at: "id4" })),
  ]).toEqual([[], []]);
});

test("what was told goes first, so that a log is bounded and knows as much of the past as it can", () => {
  const log = logOf(4096, 4096);
  log.push(frame(4097));
  expect(seqs(log.after({ epoch: 1, seq: 1, at: "" }))?.length).toBe(4096);
  expect(log.after({ epoch: 1, seq: 0, at: "" })).toBeUndefined();
  expect([log.take()?.seq, log.isTold]).toEqual([4097, true]);
});

test("more than it holds that was not told is a lost place; a frame of any size is held", () => {
  const lost = logOf(4097, 0);
  expect([lost.isTold, lost.take(), lost.place]).toEqual([false, undefined, start]);
  lost.reset(lost.head);
  expect([lost.isTold, lost.head.seq]).toEqual([true, 4097]);
  const large = "x".repeat(2_000_000);
  const log = logOf(2, 0);
  log.push(frame(3, large));
  expect([log.take()?.seq, log.take()?.seq, log.take()?.seq]).toEqual([1, 2, 3]);
  log.push(frame(4, large));
  expect(log.take()?.seq).toBe(4);
  log.push(frame(5, large));
  log.push(frame(6));
  expect(log.take()).toBeUndefined();
});

test("names and ids count as data does", () => {
  const long = "x".repeat(300_000);
  for (const name of ["type", "data", "at", "lastEventId"]) {
    const log = new FrameLog(start);
    for (let seq = 1; seq <= 5; seq++) log.push({ ...frame(seq), [name]: long });
    expect([log.isFull, log.take(), log.place]).toEqual([true, undefined, start]);
  }
});

test("whoever waits for room loses nothing", () => {
  const log = new FrameLog(start);
  log.keepsUntold = true;
  expect(log.isFull).toBe(false);
  for (let seq = 1; seq <= 5000; seq++) log.push(frame(seq));
  expect([log.isFull, log.take()?.seq]).toEqual([true, 1]);
});
