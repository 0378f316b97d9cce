import { defineEvents, json } from "@sse/protocol";

/** Numbers from 1 on, twenty a second: whoever misses one can tell. */
export const numbers = defineEvents({ n: json<number>() }, { name: "numbers" });

/** What a tab reports of itself, some times a second. What was not taken is sent again. */
export interface Report {
  readonly tab: string;
  /** How many entries were taken before these. */
  readonly from: number;
  readonly entries: readonly Entry[];
}

/** The entry of a tab that takes the lock by force. */
export const STOLE = "stole";

/** A number that the consumer got, or else what happened, and when, in milliseconds since 1970. */
export type Entry = readonly [what: number | string, at: number];
