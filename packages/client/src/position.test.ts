import { describe, expect, test } from "vitest";
import { Position } from "./position.ts";

/** Commits an id on a stream whose ids are positions in a log, and says whether it was seen before. */
function seenBefore(position: Position, id: string): boolean {
  position.commit(id);
  return position.takeDuplicate();
}

function ordered(at: string): Position {
  const position = new Position(at);
  position.startStream();
  position.order();
  return position;
}

describe("a position in a log", () => {
  test("knows what lies behind it, and after a resumption also what lies at it", () => {
    const position = ordered("e.5");
    expect(["e.4", "e.5", "e.6", "e.6", "e.5", "e.10"].map((id) => seenBefore(position, id))).toEqual([
      true,
      true,
      false,
      false,
      true,
      false,
    ]);
    expect(position.received).toBe("e.10");
  });

  test("compares nothing across epochs, with other ids, or before the stream showed a log", () => {
    const position = ordered("e.5");
    expect(seenBefore(position, "f.1")).toBe(false);
    expect(["abc", "1", "e.1.2", ""].map((id) => seenBefore(position, id))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    const opaque = new Position("e.5");
    opaque.startStream();
    expect(seenBefore(opaque, "e.4")).toBe(false);
    expect(opaque.received).toBe("e.4");
  });

  test("goes back where a gap says so, and takes several events at the gap's id", () => {
    const position = ordered("e.9");
    position.commit("e.2");
    position.order("e.2");
    expect(position.takeDuplicate()).toBe(false);
    expect(position.received).toBe("e.2");
    expect(["e.2", "e.2", "e.3"].map((id) => seenBefore(position, id))).toEqual([false, false, false]);
  });

  test("stays where it is when an id cannot be sent back", () => {
    const position = new Position("1");
    for (const id of ["x".repeat(1025), "\ud800", " a"]) expect(position.commit(id)).toBe(false);
    expect(position.received).toBe("1");
    expect(position.commit("日本")).toBe(true);
    expect(position.commit("")).toBe(true);
  });
});
