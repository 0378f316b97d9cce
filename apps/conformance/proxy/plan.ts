import type { SeededRandom } from "./random.ts";

/** `toServer`: what the client sends. `toClient`: what the server answers. */
export type Direction = "toServer" | "toClient";

/** How a connection ends: `fin` after everything was written, `rst` at once (unread bytes are lost). */
export type Ending = "fin" | "rst";

/** What happens to the bytes of one direction. */
export interface DirectionPlan {
  /** Ends both sides as soon as this many bytes have passed; 0: before the first one. */
  readonly cutAfterBytes?: number | undefined;
  /** How a cut looks to both sides. Default: `"fin"`. */
  readonly ending?: Ending | undefined;
  /** Nothing more passes after this many bytes and the connection stays open: half-open silence. */
  readonly silentAfterBytes?: number | undefined;
  /** Bytes of each write at most, each in a turn of the event loop of its own. */
  readonly dribbleBytes?: number | undefined;
  /** Milliseconds before each piece is passed on. */
  readonly delayMs?: number | undefined;
  /** Bytes a second at most. */
  readonly bytesPerSecond?: number | undefined;
}

/** What happens to one connection. Without any field it is passed through untouched. */
export interface ConnectionPlan {
  /** `refuse`: RST at once. `blackhole`: accepted, then silence; the target is never called. Default: `"pass"`. */
  readonly accept?: "pass" | "refuse" | "blackhole" | undefined;
  /** Which target, by index. Default: the one `switchTarget` has set, at first 0. */
  readonly target?: number | undefined;
  readonly toServer?: DirectionPlan | undefined;
  readonly toClient?: DirectionPlan | undefined;
}

/**
 * Decides about the connection with this index (0, 1, …), in the order in which they were accepted. Takes all
 * its chance from `random`, and so the same seed and script give the same faults.
 */
export type Script = (index: number, random: SeededRandom) => ConnectionPlan;
