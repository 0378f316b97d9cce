import { type EventIssue, InvalidOptionError, type SseError } from "@sse/protocol";
import type { CursorStore } from "./cursor-store.ts";
import { shown } from "./option-rules.ts";
import type { ReconnectRules, Retry } from "./policy/reconnect.ts";

/** What functions given as options learn about the attempt they are asked for. */
export interface Attempt {
  /** 0 for the first connection, n for the nth reconnection in a row; a healthy stream starts the count over. */
  readonly attempt: number;
  /** The position that will be resumed; `""` where there is none. */
  readonly lastEventId: string;
  /** Why the previous attempt is over; `undefined` for the first. */
  readonly error: SseError | undefined;
}

/** A value, or a function that is asked for it before every attempt. */
export type PerAttempt<T> = T | ((attempt: Attempt) => T | Promise<T>);

/** Anything that answers a request as the platform's `fetch` does. */
export type Fetch = (input: Request) => Promise<Response>;
/** What `fetch` takes as headers. */
export type HeadersLike = NonNullable<RequestInit["headers"]>;
/** What `fetch` takes as a body. */
export type BodyLike = Exclude<RequestInit["body"], undefined>;

/** How to come back after a lost connection. */
export interface ReconnectOptions {
  /** Reconnections in a row that may fail before the failure is final. Default: no limit (`request`: 5). */
  readonly maxAttempts?: number | undefined;
  /** How long an outage may last, in milliseconds, before it is final. Default: no limit. */
  readonly maxElapsedMs?: number | undefined;
  /** The random part of the first wait is below this, in milliseconds; it doubles from there. Default: 1,000. */
  readonly minDelayMs?: number | undefined;
  /** The random part of a wait never passes this, in milliseconds. Default: 30,000. */
  readonly maxDelayMs?: number | undefined;
  /** The least wait until the stream's `retry` sets another, in milliseconds. Default: 0 (`EventSource`: 3,000). */
  readonly reconnectionTimeMs?: number | undefined;
}

/** What `connect`, `request` and `EventSource` have in common. */
export interface CommonOptions {
  /** Sent with every attempt, beside `accept` and the last event ID; a function that throws costs one. Default: none. */
  readonly headers?: PerAttempt<HeadersLike> | undefined;
  /** Ends it all. Loops throw its reason. Default: none. */
  readonly signal?: AbortSignal | null | undefined;
  /**
   * What sends the requests; it is given a `Request`, and resolves with a `Response` of which nothing was read. One
   * that knows only a `Request` of its own, as undici's: `(request) => fetch(request.url, request)`.
   * Default: the platform's `fetch`.
   */
  readonly fetch?: Fetch | undefined;
  /** The position to resume after. Default: none. @throws InvalidOptionError for one that cannot be a header. */
  readonly lastEventId?: string | undefined;
  /**
   * A stream that is silent for so many milliseconds is taken for dead; so is a request without an answer, after a
   * second at least. "auto" waits for streams alone, 2.5 times the heartbeat that the server announced (or, in
   * `connect`, showed: at least 30 s). `false` never does. Default: "auto".
   */
  readonly idleTimeoutMs?: number | "auto" | false | undefined;
  /** The largest event, in bytes; a larger one is a `LimitError` and final. Default: 16,777,216. */
  readonly maxEventBytes?: number | undefined;
  /** Hears of events that were left out, and of ids that cannot be sent back; what it throws is reported. Default: nobody does. */
  readonly onIssue?: ((issue: EventIssue) => void) | undefined;
}

/** Options of `connect` and `request` about where requests may go. */
export interface RequestPolicyOptions {
  /** Whether cookies are sent, as in `fetch`. Default: "same-origin". */
  readonly credentials?: "same-origin" | "include" | "omit" | undefined;
  /**
   * "same-origin" refuses a redirect that leaves the origin; "follow" goes along, without custom headers, body
   * and last event ID. Browsers cannot look before they follow, so there it is always refused.
   * Default: "same-origin".
   */
  readonly redirects?: "same-origin" | "follow" | undefined;
}

/** Another way to a stream than a connection of the subscription's own. Made by `share()`. */
export interface Transport {
  /** The version of what `connect` asks of it. */
  readonly "~transport": 1;
}

/** Options of `connect` that need no contract. */
export interface TypeOnlyConnectOptions extends CommonOptions, RequestPolicyOptions {
  /**
   * Where the position goes on reconnections: the standard's header, or the query parameter `lastEventId`, which
   * costs no CORS preflight. Default: "header".
   */
  readonly cursor?: "header" | "query" | undefined;
  /** How to come back; `false` never does. Default: for ever, after 0 to 1 s, then up to 30 s. */
  readonly reconnect?: ReconnectOptions | false | undefined;
  /**
   * Called before every wait, which begins when its promise is settled. An answer of `false` stops: `closed` is
   * "stopped". What it throws is reported, and stops nothing. Default: nobody is, and it goes on.
   */
  readonly onReconnect?: ((event: Retry) => unknown) | undefined;
  /**
   * Gets other credentials, once in an outage, when the server answers 401 or ends the grant. The next attempt asks
   * `headers` again. What it throws is the `cause` of the failure. Default: a 401 is final.
   */
  readonly refresh?: ((attempt: Attempt) => unknown) | undefined;
  /** Keeps the delivered position beyond this subscription. `lastEventId` goes before it. Default: nowhere. */
  readonly store?: CursorStore | undefined;
  /** `share({ key })` of `@sse/client/share`: one connection for all tabs. Default: one of this subscription's own. */
  readonly transport?: Transport | undefined;
}

/** Options of `connect` with a contract. */
export interface ConnectOptions<
  U extends "drop" | "pass" = "drop",
  G extends "throw" | "event" | "ignore" = "ignore",
> extends TypeOnlyConnectOptions {
  /** What becomes of event types outside the contract; `onIssue` hears of dropped ones. Default: "drop". */
  readonly unknown?: U | undefined;
  /** Whether loops are told of missing events: as an event, by an error, or not. Default: "ignore". */
  readonly gaps?: G | undefined;
}

/** Events are missing. `data.from` is the position after which, `lastEventId` where the stream goes on. */
export interface GapEvent {
  readonly type: "sse.gap";
  readonly data: { readonly from: string; readonly reason: string };
  readonly lastEventId: string;
}

/** An event outside the contract, as it came. */
export interface UnknownEvent {
  readonly type: "sse.unknown";
  readonly name: string;
  readonly data: string;
  readonly lastEventId: string;
}

const STANDARD: ReconnectRules = {
  maxAttempts: Number.POSITIVE_INFINITY,
  maxElapsedMs: Number.POSITIVE_INFINITY,
  minDelayMs: 1000,
  maxDelayMs: 30_000,
  reconnectionTimeMs: 3000,
  minRetryMs: 0,
  maxRetryMs: 2_147_483_647,
  // A server that has `retry: 0` and ends after each event is asked ten times a second, and not a thousand times.
  spacingMs: 100,
  standard: true,
};

const NAMES: ReadonlySet<string> = new Set<keyof ReconnectOptions>([
  "maxAttempts",
  "maxElapsedMs",
  "minDelayMs",
  "maxDelayMs",
  "reconnectionTimeMs",
]);

/** The rules of `EventSource`, with what the caller changed. */
export function standardRules(
  given: ReconnectOptions | false | undefined,
  otherwise: boolean,
): ReconnectRules {
  return reconnectRules(given ?? (otherwise ? undefined : false), STANDARD);
}

/** The rules of `connect` and of a `request` that resumes, with what the caller changed. */
export function resilientRules(
  given: ReconnectOptions | false | undefined,
  maxAttempts: number = Number.POSITIVE_INFINITY,
): ReconnectRules {
  // A received `retry` is kept between 1 s and 60 s: a hostile one is a hot loop, or overflows the timer.
  const defaults = {
    maxAttempts,
    reconnectionTimeMs: 0,
    minRetryMs: 1000,
    maxRetryMs: 60_000,
    standard: false,
  };
  return reconnectRules(given, { ...STANDARD, ...defaults });
}

function reconnectRules(
  given: ReconnectOptions | false | undefined,
  defaults: ReconnectRules,
): ReconnectRules {
  if (given === false) return { ...defaults, maxAttempts: 0 };
  const rules: Record<string, unknown> = { ...defaults };
  // Who says how to come back may say at once.
  if (given !== undefined) rules.spacingMs = 0;
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === undefined) continue;
    if (!NAMES.has(name))
      throw new InvalidOptionError(`reconnect has no ${name}, only ${[...NAMES].join(", ")}.`);
    assertNumber(`reconnect.${name}`, value);
    rules[name] = value;
  }
  return rules as unknown as ReconnectRules; // `defaults` with numbers in the place of numbers
}

function assertNumber(name: string, value: unknown): void {
  if (typeof value === "number" && value >= 0) return;
  throw new InvalidOptionError(`${name} is a number of at least 0, not ${shown(value)}.`);
}

/** A per-attempt option's value for this attempt. */
export async function forAttempt<T>(given: PerAttempt<T>, attempt: Attempt): Promise<T> {
  // No option's own value is a function, so a function is the asking form.
  return typeof given === "function" ? (given as (attempt: Attempt) => T | Promise<T>)(attempt) : given;
}
