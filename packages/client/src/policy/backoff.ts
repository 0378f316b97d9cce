/** Where a delay's chance comes from: [0, 1), `Math.random` unless a test says otherwise. */
export type Random = () => number;

/** What timers everywhere can hold. A longer delay would fire at once. */
export const MAX_DELAY_MS = 2_147_483_647;

/** The ceiling of the wait before the nth attempt in a row, n from 1: doubles from `minMs` up to `maxMs`. */
export function backoffMs(nth: number, minMs: number, maxMs: number): number {
  return nth < 1 ? 0 : Math.min(maxMs, minMs * 2 ** Math.min(nth - 1, 30));
}

/**
 * Full jitter: what the server asked for is the least, and chance comes on top, so that clients which were cut
 * together do not come back together.
 */
export function delayMs(leastMs: number, backoff: number, random: Random): number {
  return Math.min(MAX_DELAY_MS, Math.max(0, leastMs) + Math.round(random() * backoff));
}
