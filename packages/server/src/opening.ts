import { commentFrame, type Frame } from "./frame.ts";

/** [PROTOCOL 2.1] The comment that every stream begins with. */
export function openingFrame(heartbeatMs: number): Frame {
  return commentFrame(heartbeatMs > 0 ? `sse=1 heartbeat=${heartbeatMs}` : "sse=1");
}
