import { GAP_TYPE } from "@sse/protocol";
import { readGap } from "../gap.ts";
import { isAtOrBefore } from "../wire-profile.ts";
import type { FrameLog } from "./frame-log.ts";
import type { Inbox } from "./inbox.ts";
import type { Frame, Place } from "./message.ts";

/**
 * Lets only those frames into a tab's log that it has not seen. A leader may come by places where other tabs were
 * already: it goes on from its own position, and goes back for a tab that slept.
 */
export class Intake {
  readonly #log: FrameLog;
  readonly #inbox: Inbox;
  /** Whether the ids of the stream can be compared. */
  ordered = false;
  /** Where the leader's stream stands. A frame that moves it has an id of its own; others are never repetitions. */
  #streamAt = "";
  /** Where ids cannot be compared: those that this tab has, and the leader has not. */
  readonly #ahead: Set<string> = new Set();
  /** After a gap without a position, the mark that follows may lead backwards. */
  #healing = false;

  constructor(log: FrameLog, inbox: Inbox) {
    this.#log = log;
    this.#inbox = inbox;
  }

  /** The leader's stream stands here now. */
  standAt(streamAt: string): void {
    this.#streamAt = streamAt;
    this.#ahead.clear();
    this.#healing = false;
  }

  /** This tab was at `place` and is further: the leader comes by there again. False: it never was. */
  runAhead(at: string): boolean {
    const frames = at === "" ? undefined : this.#log.after({ epoch: 0, seq: -1, at });
    for (const frame of frames ?? []) this.#ahead.add(frame.at);
    return frames !== undefined;
  }

  /** A frame of the stream, in its order. One that was seen goes no further. */
  take(frame: Frame): void {
    const moves = frame.at !== this.#streamAt;
    this.#streamAt = frame.at;
    if (this.#isNew(frame, moves)) this.put(frame);
  }

  /** A frame that is new in any case. */
  put(frame: Frame): void {
    this.#log.push(frame);
    this.#inbox.pump();
  }

  /** What comes next is gone up to this place: the consumer hears of it as of any gap. */
  skipTo({ epoch, seq, at }: Place, reason: "expired" | "overflow"): void {
    const data = JSON.stringify({ from: this.#log.head.at, reason });
    this.put({ epoch, seq, at, type: GAP_TYPE, data, lastEventId: at });
  }

  #isNew(frame: Frame, moves: boolean): boolean {
    const { at } = this.#log.head;
    if (frame.type === GAP_TYPE) {
      if (moves && readGap(frame).data.from !== at && this.#isBehind(frame.at, at)) return false;
      this.#healing = !moves;
      return true;
    }
    if (!moves) return true;
    if (this.#healing && frame.type === "") {
      this.#healing = false;
      return true;
    }
    if (this.#ahead.has(frame.at)) return false;
    this.#ahead.clear();
    return !this.#isBehind(frame.at, at);
  }

  #isBehind(id: string, at: string): boolean {
    return this.ordered && isAtOrBefore(id, at);
  }
}
