import { GAP_TYPE, MARK_TYPE } from "@sse/protocol";
import { describe, expect, it } from "vitest";
import { Position } from "./position.ts";
import { type Reading, WireProfile } from "./wire-profile.ts";

/** A stream of blocks as the parser tells them: the id first, where the block has one, then the event. */
function reader(received: string, { announced = true } = {}) {
  const position = new Position(received);
  const profile = new WireProfile("https://example.com/", position);
  let streamId = received;
  const block = (type: string, id?: string): Reading => {
    if (id !== undefined) {
      streamId = id;
      if (profile.isNew(id)) position.adopt(id);
    }
    return profile.read({ type, data: "", lastEventId: streamId }, announced);
  };
  return { position, block };
}

describe("a stream of the wire profile", () => {
  it("passes over a block at or before the position, once a mark said that ids are ordered", () => {
    const { position, block } = reader("e.4");
    expect(block(MARK_TYPE, "e.4")).toBe("skip");
    expect(block("tick", "e.3")).toBe("skip");
    expect(block("tick", "e.4")).toBe("skip");
    expect(block("tick", "e.5")).toBe("show");
    expect(position.received).toBe("e.5");
  });

  it("shows every block where ids are opaque", () => {
    const { block } = reader("e.4", { announced: false });
    expect(block(MARK_TYPE, "e.4")).toBe("skip");
    expect(block("tick", "e.3")).toBe("show");
  });

  it("goes back with a gap that leads back, and shows what follows it", () => {
    const { position, block } = reader("e.100");
    expect(block(GAP_TYPE, "e.50")).toBe("show");
    expect(position.received).toBe("e.50");
    expect(block("tick", "e.51")).toBe("show");
  });

  it("goes back with the mark that ends the state after a gap, and shows what follows it", () => {
    const { position, block } = reader("e.100");
    expect(block(GAP_TYPE)).toBe("show");
    expect(position.received).toBe("e.100");
    expect(block("state")).toBe("show");
    expect(block(MARK_TYPE, "e.50")).toBe("skip");
    expect(position.received).toBe("e.50");
    expect(block("tick", "e.51")).toBe("show");
    expect(position.received).toBe("e.51");
  });
});
