import { InvalidOptionError } from "@sse/protocol";
import { optionalLimit } from "../options.ts";
import { reportTo } from "../report.ts";
import { type ReplayOptions, resolveReplay } from "./replay-options.ts";
import type { RingLogLimits } from "./ring-log.ts";

/** What all stores outside the process have in common. */
export interface StoreOptions {
  /**
   * The name of the log: hubs with the same name in the same store are one hub. 1 to 64 of `A–Z a–z 0–9 _ -`.
   * Default: `"sse"`.
   */
  readonly name?: string | undefined;
  /**
   * How much of the log is kept. Processes read live events from it too, so it also says how long one of them may be
   * cut off before its clients are told of a gap. Default: 10,000 events, 32 MiB, 5 minutes.
   */
  readonly replay?: ReplayOptions | undefined;
  /** How long an idempotency key is remembered, in milliseconds. Default: 120,000 (2 minutes). */
  readonly idempotencyMs?: number | undefined;
}

/** Of stores that are reached over a network. */
export interface RemoteStoreOptions extends StoreOptions {
  /**
   * The store's answer is awaited for so many milliseconds, an outage and the way back included. Then the call
   * rejects with a `BackplaneError`, which is `uncertain` if the event may have been logged. Default: 5,000.
   */
  readonly publishTimeoutMs?: number | undefined;
  /**
   * How many bytes of the newest events each process keeps to replay them without asking the store.
   * Default: 33,554,432 (32 MiB). False: as much as the log itself keeps.
   */
  readonly cacheBytes?: number | false | undefined;
  /** Told once of each outage and of what the log cannot read. Default: `console.error`. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

export interface StoreSettings {
  readonly name: string;
  readonly limits: RingLogLimits;
  readonly idempotencyMs: number;
}

export interface RemoteStoreSettings extends StoreSettings {
  readonly publishTimeoutMs: number;
  readonly cache: RingLogLimits;
  readonly onError: (error: unknown) => void;
}

function resolveStoreOptions(options: StoreOptions): StoreSettings {
  const { name = "sse" } = options;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) {
    throw new InvalidOptionError(`name is 1 to 64 letters, digits, '_' or '-', not ${JSON.stringify(name)}.`);
  }
  return {
    name,
    limits: resolveReplay(options.replay),
    idempotencyMs: duration("idempotencyMs", options.idempotencyMs, 120_000),
  };
}

/** @throws InvalidOptionError */
export function resolveRemoteStoreOptions(options: RemoteStoreOptions): RemoteStoreSettings {
  const settings = resolveStoreOptions(options);
  return {
    ...settings,
    publishTimeoutMs: duration("publishTimeoutMs", options.publishTimeoutMs, 5_000),
    cache: { ...settings.limits, maxBytes: optionalLimit("cacheBytes", options.cacheBytes, 33_554_432) },
    onError: reportTo(options.onError ?? ((error) => console.error("The backplane:", error))),
  };
}

function duration(name: string, value: number | undefined, byDefault: number): number {
  if (value === undefined) return byDefault;
  // Timers take no more.
  if (Number.isSafeInteger(value) && value > 0 && value < 2 ** 31) return value;
  throw new InvalidOptionError(`${name} is a whole number of milliseconds from 1 on, not ${value}.`);
}
