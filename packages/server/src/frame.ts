import { END_ID, END_TYPE, encodeEvent, GAP_TYPE, MARK_TYPE, serializeComment } from "@sse/protocol";

/** Serialized bytes of one event, shared by every connection that gets it. Nobody may change them. */
export interface Frame {
  readonly bytes: Uint8Array;
  /** The id that it gives the stream, `undefined` where it gives none. */
  readonly id: string | undefined;
  /** Under `latest`, a newer frame with the same key replaces this one while it waits. */
  readonly key: string | undefined;
  /** The event's place in its hub's log; 0 outside a log. */
  readonly offset: number;
}

const encoder: TextEncoder = new TextEncoder();

export function frameOf(bytes: Uint8Array, id?: string, offset = 0, key?: string): Frame {
  return { bytes, id, key, offset };
}

export function commentFrame(text: string): Frame {
  return frameOf(encoder.encode(serializeComment(text)));
}

/** [PROTOCOL 3] A position without an event. The data line is there since some browsers want one for the id. */
export function markFrame(id: string): Frame {
  return frameOf(encodeEvent({ id, type: MARK_TYPE, data: "" }), id);
}

export type GapReason = "expired" | "unknown-epoch" | "future" | "invalid" | "overflow";

export function gapFrame(id: string | undefined, from: string, reason: GapReason): Frame {
  return frameOf(encodeEvent({ id, type: GAP_TYPE, data: JSON.stringify({ from, reason }) }), id);
}

/** [PROTOCOL 7] The stream is finished: `done`, where the contract has such a text, then `sse.end`. */
export function endFrame(done: string | undefined): Frame {
  const sentinel = done === undefined ? undefined : encodeEvent({ data: done });
  const end = encodeEvent({ id: END_ID, type: END_TYPE, data: "" });
  return frameOf(sentinel === undefined ? end : concat([sentinel, end]), END_ID);
}

export function retryFrame(retryMs: number): Frame {
  return frameOf(encodeEvent({ retryMs }));
}

/** A reconnection time spread by a quarter each way, so that clients do not all come back at once. */
export function spread(ms: number, random: () => number = Math.random): number {
  return Math.round(ms * (0.75 + random() * 0.5));
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
