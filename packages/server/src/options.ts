import { InvalidOptionError, MAX_RETRY_MS } from "@sse/protocol";

/** 15 s; 8 s on Bun, whose server cuts quiet connections after about ten. */
export const DEFAULT_HEARTBEAT_MS: number = "Bun" in globalThis ? 8_000 : 15_000;
export const DEFAULT_MAX_QUEUE_BYTES = 1_048_576;
export const DEFAULT_MAX_STALL_MS = 10_000;

/** A number of at least `least`; `false` is off and becomes 0. */
export function positive(
  name: string,
  value: number | false | undefined,
  fallback: number,
  { least = 1, most = Number.MAX_SAFE_INTEGER }: { least?: number; most?: number } = {},
): number {
  if (value === undefined) return fallback;
  if (value === false) return 0;
  if (typeof value === "number" && value >= least && value <= most) return value;
  throw new InvalidOptionError(`${name} is a number from ${least} to ${most}, not ${String(value)}.`);
}

export function retryTime(name: string, value: number | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (Number.isInteger(value) && value >= 0 && value <= MAX_RETRY_MS) return value;
  throw new InvalidOptionError(
    `${name} is an integer from 0 to ${MAX_RETRY_MS} milliseconds, not ${String(value)}.`,
  );
}
