import { limitTable } from "../options.ts";

/** How much of the log is kept for clients that come back. What is exactly at a limit is kept. */
export interface ReplayOptions {
  /** How many events. Default: 10,000. False: no limit. */
  readonly maxEvents?: number | false | undefined;
  /** How many bytes of serialized events. Default: 33,554,432 (32 MiB). False: no limit. */
  readonly maxBytes?: number | false | undefined;
  /** How long an event is kept, in milliseconds. Default: 300,000 (5 minutes). False: no limit. */
  readonly maxAgeMs?: number | false | undefined;
}

/** @throws InvalidOptionError */
export function resolveReplay(
  options: ReplayOptions = {},
): Readonly<Record<keyof ReplayOptions, number | false>> {
  return limitTable("replay", options, { maxEvents: 10_000, maxBytes: 33_554_432, maxAgeMs: 300_000 });
}
