import { InvalidOptionError, MAX_RETRY_MS } from "@sse/protocol";
import { checkTable } from "./option-names.ts";
import type { HeadersLike } from "./response.ts";

const HEARTBEAT_MS = 15_000;
/** Bun's server cuts connections that were quiet for about ten seconds. */
const HEARTBEAT_MS_ON_BUN = 8_000;
const STREAM_QUEUE_BYTES = 16_777_216;

/** How one stream is served. */
export interface EventStreamOptions {
  /**
   * A comment is written when the connection was quiet for so many milliseconds. Default: 15,000; 8,000 on Bun.
   * False: none, and none is announced.
   */
  readonly heartbeatMs?: number | false | undefined;
  /** The reconnection time clients are told, in milliseconds, spread by up to a quarter each way. Default: none. */
  readonly retryMs?: number | undefined;
  /** Whether schemas of the contract check what is sent. Default: true. */
  readonly validate?: boolean | undefined;
  /** Added to the response's; one of the same name replaces ours. Default: none. */
  readonly headers?: HeadersLike | undefined;
  /**
   * The connection is closed after so many milliseconds, spread by a quarter each way, and the client comes back:
   * for load balancers that should see connections move. Default: false, no limit.
   */
  readonly maxDurationMs?: number | false | undefined;
  /**
   * A producer that goes on sending though `send` returns false is cut off, as `slow`, once more bytes than this
   * wait: the client sees a lost connection, and comes back with the last event ID that it has. What waits is freed.
   * One event of any size goes to a reader that keeps up. Default: 16,777,216 (16 MiB). False: no limit.
   */
  readonly maxQueueBytes?: number | false | undefined;
  /**
   * The connection is closed, as `slow`, when bytes wait and the reader takes none of them for so many milliseconds:
   * at most a sixteenth less, and up to twice as long where some left before. Default: false, for ever, since a
   * reader may pause a generator as long as it likes; set it where producers hold something dear while they wait.
   */
  readonly maxStallMs?: number | false | undefined;
  /**
   * Told what the producer threw; `id` is what the client sees in `sse.error`, "" where it saw none.
   * Default: `console.error`.
   */
  readonly onError?: ((error: unknown, id: string) => void) | undefined;
}

export interface EventStreamSettings {
  readonly heartbeatMs: number | false;
  readonly retryMs: number | undefined;
  readonly validate: boolean;
  readonly headers: HeadersLike | undefined;
  readonly maxDurationMs: number | false;
  readonly maxQueueBytes: number | false;
  readonly maxStallMs: number | false;
  readonly onError: (error: unknown, id: string) => void;
}

/** @throws InvalidOptionError */
export function resolveEventStreamOptions(options: EventStreamOptions): EventStreamSettings {
  return {
    heartbeatMs: heartbeatInterval(options.heartbeatMs),
    retryMs: retryTime("retryMs", options.retryMs),
    validate: options.validate ?? true,
    headers: options.headers && new Headers(options.headers), // throws before anything has begun
    maxDurationMs: optionalLimit("maxDurationMs", options.maxDurationMs, false),
    maxQueueBytes: optionalLimit("maxQueueBytes", options.maxQueueBytes, STREAM_QUEUE_BYTES),
    maxStallMs: optionalLimit("maxStallMs", options.maxStallMs, false),
    onError: options.onError ?? logError,
  };
}

function logError(error: unknown, id: string): void {
  console.error(id === "" ? "An event stream failed:" : `An event stream failed (${id}):`, error);
}

export function heartbeatInterval(value: number | false | undefined): number | false {
  const byDefault = "Bun" in globalThis ? HEARTBEAT_MS_ON_BUN : HEARTBEAT_MS;
  return optionalLimit("heartbeatMs", value, byDefault);
}

/** A reconnection time, or none. */
export function retryTime(name: string, value: number | undefined): number | undefined {
  return value === undefined ? undefined : timeOf(name, value);
}

/** A time that has to be said. */
export function timeOf(name: string, value: number | undefined): number {
  if (value !== undefined && Number.isInteger(value) && value >= 0 && value <= MAX_RETRY_MS) return value;
  throw new InvalidOptionError(
    `${name} is an integer from 0 to ${MAX_RETRY_MS}, in milliseconds, not ${value}.`,
  );
}

/** A whole number from 1 on, or false for none. */
export function optionalLimit<Default extends number | false>(
  name: string,
  value: number | false | undefined,
  byDefault: Default,
): number | Default | false {
  if (value === undefined) return byDefault;
  if (value === false || (Number.isSafeInteger(value) && value > 0)) return value;
  throw new InvalidOptionError(`${name} is a whole number from 1 on, or false, not ${value}.`);
}

/** The limits of one option, each as `optionalLimit` has it. */
export function limitTable<Name extends string>(
  what: string,
  given: Readonly<Partial<Record<Name, number | false | undefined>>>,
  defaults: Readonly<Record<Name, number | false>>,
): Readonly<Record<Name, number | false>> {
  checkTable(what, given);
  const limits: Record<Name, number | false> = { ...defaults };
  for (const name of Object.keys(defaults) as Name[]) {
    limits[name] = optionalLimit(`${what}.${name}`, given[name], defaults[name]);
  }
  return limits;
}
