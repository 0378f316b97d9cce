import { SseError } from "@sse/protocol";
import { describe, expect, test } from "vitest";
import { Position } from "./position.ts";
import { WireProfile } from "./wire-profile.ts";

/** A stream of the profile that resumes at a position, and opened with it. */
function resume(at: string, announced = true) {
  const position = new Position(at);
  const profile = new WireProfile("http://x/", position);
  /** Reads a block with an id of its own, as a stream does. */
  const block = (id: string, type = "n", data = "") => {
    if (profile.isNew(id)) position.adopt(id);
    return profile.read({ type, data, lastEventId: id }, announced);
  };
  block(at, "sse.mark");
  return { position, profile, block };
}

describe("a stream of a log", () => {
  test("skips what lies behind its position, and what lies at it until something moved", () => {
    const { block, position } = resume("e.5");
    expect(["e.4", "e.5", "e.6", "e.6", "e.5", "e.10"].map((id) => block(id))).toEqual([
      "skip",
      "skip",
      "show",
      "show",
      "skip",
      "show",
    ]);
    expect(position.received).toBe("e.10");
  });

  test("skips a mark that leads backwards", () => {
    const { block, position } = resume("e.5");
    block("e.3", "sse.mark");
    expect(position.received).toBe("e.5");
  });

  test("compares nothing across epochs, with other ids, or on a stream that did not announce itself", () => {
    const { block } = resume("e.5");
    expect(["f.1", "abc", "1", "e.1.2", ""].map((id) => block(id))).toEqual(Array(5).fill("show"));
    const opaque = resume("e.5", false);
    expect(opaque.block("e.4")).toBe("show");
    expect(opaque.position.received).toBe("e.4");
  });

  test("shows an event without an id of its own, whatever the position", () => {
    const { profile } = resume("e.5");
    expect(profile.read({ type: "n", data: "", lastEventId: "e.5" }, true)).toBe("show");
  });

  test("goes back where a gap says so, and shows several events at the gap's id", () => {
    const { block, position } = resume("e.9");
    expect(block("e.2", "sse.gap")).toBe("show");
    expect(position.received).toBe("e.2");
    expect(["e.2", "e.2", "e.3", "e.1"].map((id) => block(id))).toEqual(["show", "show", "show", "skip"]);
  });
});

describe("a gap that state fills", () => {
  test("moves nothing by itself; the mark that ends the state does, also backwards", () => {
    const { block, profile, position } = resume("e.100");
    const without = (type: string) => profile.read({ type, data: "", lastEventId: "e.100" }, true);
    expect([without("sse.gap"), without("state")]).toEqual(["show", "show"]);
    expect(position.received).toBe("e.100");
    expect(block("e.50", "sse.mark")).toBe("skip");
    expect(position.received).toBe("e.50");
    expect(block("e.51")).toBe("show");
    expect(position.received).toBe("e.51");
  });

  test("lets only the one mark lead backwards", () => {
    const { block, profile, position } = resume("e.100");
    profile.read({ type: "sse.gap", data: "", lastEventId: "e.100" }, true);
    block("e.50", "sse.mark");
    block("e.40", "sse.mark");
    expect(position.received).toBe("e.50");
  });
});

test("instructions are never shown, and an unknown one is skipped", () => {
  const { block } = resume("e.1");
  expect([block("sse.end", "sse.end"), block("e.2", "sse.later")]).toEqual(["end", "skip"]);
  const reauth = block("e.3", "sse.reauth");
  const failed = block("e.4", "sse.error", '{"id":"x1"}');
  expect(reauth).toMatchObject({ code: "response-refused", status: 401, retryable: true });
  expect(failed).toBeInstanceOf(SseError);
  expect(String(failed)).toContain("x1");
});

test("a position takes only what can be sent back", () => {
  const position = new Position("1");
  for (const id of ["x".repeat(1025), "\ud800", " a"]) expect(position.adopt(id)).toBe(false);
  expect(position.received).toBe("1");
  expect(position.adopt("日本")).toBe(true);
  expect(position.adopt("")).toBe(true);
});
