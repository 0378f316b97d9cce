import { describe, expect, test } from "vitest";
import { Batch } from "./batch.ts";
import { Frame } from "./frame.ts";

function batch(...principals: (string | undefined)[]): Batch {
  const frames = principals.map((principal, index) => {
    const message = { channel: "", payload: "data: 1\n\n", key: undefined, end: false, principal };
    return new Frame({ epoch: "e", offset: index + 1 }, message);
  });
  const [first] = frames;
  if (first === undefined) throw new Error("A batch has at least one frame.");
  return new Batch(frames, first);
}
const offsets = (frames: readonly Frame[]): number[] => frames.map(({ offset }) => offset);

describe("a batch", () => {
  test("that is for everybody is the same for each", () => {
    const all = batch(undefined, undefined);
    expect(all.framesFor("ann")).toBe(all.frames);
    expect(all.framesFor(undefined)).toBe(all.frames);
  });

  test("with private frames gives each principal its own among those for everybody, in order", () => {
    const mixed = batch("ann", undefined, "bob", "ann", undefined, "__proto__");
    expect(offsets(mixed.framesFor("ann"))).toEqual([1, 2, 4, 5]);
    expect(offsets(mixed.framesFor("bob"))).toEqual([2, 3, 5]);
    expect(offsets(mixed.framesFor("__proto__"))).toEqual([2, 5, 6]);
    expect(offsets(mixed.framesFor(undefined))).toEqual([2, 5]);
    expect(offsets(batch("ann").framesFor("bob"))).toEqual([]);
  });

  test("is sorted out once, however many it has nothing private for", () => {
    const mixed = batch("ann", undefined);
    expect(mixed.framesFor("bob")).toBe(mixed.framesFor("cyd"));
  });
});
