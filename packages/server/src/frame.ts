import { END_ID, END_TYPE, encodeEvent, GAP_TYPE, MARK_TYPE, REAUTH_TYPE } from "@sse/protocol";
import type { BackplaneMessage, Position } from "./backplane/message.ts";
import { formatPosition } from "./position.ts";
import type { Bytes } from "./sink/sink.ts";

const encoder: TextEncoder = new TextEncoder();

/** Text as the bytes of an event stream; lone surrogates become U+FFFD. */
export function encode(text: string): Bytes {
  return encoder.encode(text);
}

/**
 * One event of the log, as every connection gets it: serialized once a process, its id in front. The bytes are shared
 * by everybody, so that nobody may change them.
 */
export class Frame implements Position {
  readonly epoch: string;
  readonly offset: number;
  readonly channel: string;
  readonly key: string | undefined;
  readonly end: boolean;
  readonly principal: string | undefined;
  readonly bytes: Bytes;

  constructor(position: Position, message: BackplaneMessage) {
    this.epoch = position.epoch;
    this.offset = position.offset;
    this.channel = message.channel;
    this.key = message.key;
    this.end = message.end;
    this.principal = message.principal;
    this.bytes = encode(`id: ${formatPosition(position)}\n${message.payload}`);
  }
}

/** Why events are missing. A closed vocabulary, on the wire and in hooks. PROTOCOL.md, section 3. */
export type GapReason = "expired" | "unknown-epoch" | "future" | "invalid" | "overflow";

/** A position without an event. PROTOCOL.md, section 4. */
export function markBytes(at: Position): Bytes {
  return encodeEvent({ id: formatPosition(at), type: MARK_TYPE, data: "" });
}

/** Events after `from` and up to `to` will not come. Without `to` the client keeps its position until a mark. */
export function gapBytes(from: string, to: Position | undefined, reason: GapReason): Bytes {
  return encodeEvent({
    id: to && formatPosition(to),
    type: GAP_TYPE,
    data: JSON.stringify({ from, reason }),
  });
}

/** The grant ended: come back with new credentials. */
export function reauthBytes(): Bytes {
  return encodeEvent({ type: REAUTH_TYPE, data: "" });
}

/** The stream is finished. PROTOCOL.md, section 7. */
export function endBytes(): Bytes {
  return encodeEvent({ id: END_ID, type: END_TYPE, data: "" });
}
