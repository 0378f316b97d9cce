import type { SlowConsumer } from "@sse/server";

/** Clients that do not read, beside many that do. */
export interface SlowPlan {
  readonly slowConsumer: SlowConsumer;
  /** They get the flood and read nothing. */
  readonly stalled: number;
  /** They get the flood and read it. */
  readonly flooded: number;
  /** They get ticks, as everybody does. */
  readonly readers: number;
  /** Bytes that the flood has. */
  readonly floodBytes: number;
}

/** What may wait for one client of these hubs, in bytes. */
export const MAX_QUEUE_BYTES = 262_144;
export const FLOOD_EVENT_BYTES = 32_768;
/** Fewer than fit into a queue, so that `latest` has room for the newest of each. */
export const FLOOD_KEYS = 4;
