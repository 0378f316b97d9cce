import type { Frame, GapReason } from "../frame.ts";
import type { BackplaneMessage, Position } from "./message.ts";

/** One page of the log. */
export interface ReplayPage {
  /**
   * Why the events between the position that was asked for and `from` cannot be had; `undefined` where none of these
   * channels misses any. Never "everything": for a position of another epoch or past the head, `from` is the head.
   */
  readonly gap: Exclude<GapReason, "invalid" | "overflow"> | undefined;
  /** The page begins after this: the position that was asked for or, past a gap, the end of the hole. */
  readonly from: Position;
  /** The events of these channels after `from`, ascending. */
  readonly frames: readonly Frame[];
  /** The log was read up to here for these channels: the next page begins after it. */
  readonly upTo: Position;
}

/** Called in the order of the log. Implementations may call while `publish` runs. */
export interface BackplaneListener {
  /** Events with ascending offsets of one epoch, none left out, each once; also those that this process published. */
  onFrames(frames: readonly Frame[]): void;
  /** The log was lost or rebuilt, or events were missed: what follows comes after this position. */
  onReset(position: Position): void;
}

/** What `Backplane.subscribe` resolves with. */
export interface BackplaneSubscription {
  /** The listener gets everything after this. */
  readonly position: Position;
  /** Nothing is delivered afterwards. */
  close(): Promise<void>;
}

/**
 * The ordered log behind a hub. One log, one order: offsets ascend within an epoch, and every process sees the same.
 * A hub subscribes once and stays subscribed.
 *
 * The epoch changes whenever an event whose `publish` resolved may be missing from the log. Every rejection is a
 * `BackplaneError`; `uncertain` where the event may have been logged all the same.
 */
export interface Backplane extends AsyncDisposable {
  /**
   * Appends; resolves when the log has the event. Calls are logged in the order in which they were made. The same
   * `idempotencyKey` again, as long as the log remembers it, appends nothing and resolves with the first position.
   */
  publish(
    message: BackplaneMessage,
    options?: { readonly idempotencyKey?: string | undefined },
  ): Promise<Position>;
  /** Listens from the present head on. Several listeners are independent of each other. */
  subscribe(listener: BackplaneListener): Promise<BackplaneSubscription>;
  /**
   * Reads the log after a position for these channels, at most about `maxBytes` and at least one event where there
   * is one. It is complete, `gap` being `undefined`, if for each of the channels no event after the position was let
   * go; it never says so when it does not know. It asks the log itself, not what this process has seen of it.
   */
  replay(after: Position, channels: readonly string[], maxBytes: number): Promise<ReplayPage>;
  /** The log's present end. */
  head(): Promise<Position>;
  /** Stops, and rejects what is asked for afterwards. What was published before is still logged where it can be soon. */
  close(): Promise<void>;
}
