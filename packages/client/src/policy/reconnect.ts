import { ConnectionError, type SseError } from "@sse/protocol";
import { backoffMs, delayMs, MAX_DELAY_MS, type Random } from "./backoff.ts";

/** How a face reconnects: every number is there, none is optional. */
export interface ReconnectRules {
  /** Reconnections in a row that may fail; 0 never reconnects. */
  readonly maxAttempts: number;
  /** How long an outage may last before it is final. */
  readonly maxElapsedMs: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** The reconnection time until the stream says another. */
  readonly reconnectionTimeMs: number;
  /** What a received `retry` is brought into. */
  readonly minRetryMs: number;
  readonly maxRetryMs: number;
  /** The least time from one attempt to the next, whatever `retry` says and however much a stream brought. */
  readonly spacingMs: number;
  /**
   * The rhythm of the standard's `EventSource`: the first reconnection waits the reconnection time alone, and a
   * stream that brought an event was a success. Else chance is added from the first one, and only time is health.
   */
  readonly standard: boolean;
}

/** One connection attempt that is over. */
export interface Loss {
  readonly error: SseError;
  /** How long the response was open; `undefined` where there was none. */
  readonly openMs: number | undefined;
  /** Whether the stream moved: an event came, or a new id. */
  readonly progressed: boolean;
  readonly lastEventId: string;
  readonly retryAfterMs: number;
  /** Nothing failed: the page slept. The next attempt costs no wait. */
  readonly immediate: boolean;
}

/** What `onReconnect` is told: why the connection was lost, and how long is waited. */
export interface Retry {
  readonly attempt: number;
  readonly delayMs: number;
  readonly error: SseError;
}

/** What counts as healthy: after this long, the next loss is a new outage. */
const HEALTHY_MS = 5000;
const STUCK_AFTER = 3;

/** Decides after every loss when to come back, and when not to. Keeps the count of one outage. */
export class ReconnectPolicy {
  readonly #rules: ReconnectRules;
  readonly #now: () => number;
  readonly #random: Random;
  #reconnectionTimeMs: number;
  #attempt = 0;
  #outageSince: number | undefined;
  #stuckAt = "";
  #stuckTimes = 0;
  /** When the last attempt was to begin. */
  #begunAt = Number.NEGATIVE_INFINITY;

  constructor(
    rules: ReconnectRules,
    now: () => number = () => performance.now(),
    random: Random = Math.random,
  ) {
    this.#rules = rules;
    this.#now = now;
    this.#random = random;
    this.#reconnectionTimeMs = rules.reconnectionTimeMs;
  }

  /** Reconnections in a row so far: 0 before the first loss, 1 for the first after a healthy stream. */
  get attempt(): number {
    return this.#attempt;
  }

  /** What the stream asked for last, or the rules' own. */
  get reconnectionTimeMs(): number {
    return this.#reconnectionTimeMs;
  }

  // [spec] A `retry` field sets the event source's reconnection time, for as long as it lives.
  setReconnectionTime(ms: number): void {
    this.#reconnectionTimeMs = Math.min(this.#rules.maxRetryMs, Math.max(this.#rules.minRetryMs, ms));
  }

  isHealthy(loss: Pick<Loss, "openMs" | "progressed">): boolean {
    if (loss.openMs === undefined) return false;
    return loss.openMs >= HEALTHY_MS || (this.#rules.standard && loss.progressed);
  }

  /** When to try again, or the error that ends it. */
  next(loss: Loss): Retry | SseError {
    if (this.isHealthy(loss)) {
      this.#attempt = 0;
      this.#outageSince = undefined;
    }
    this.#outageSince ??= this.#now();
    const error = this.#noticeStuck(loss);
    const attempt = this.#attempt + 1;
    if (attempt > this.#rules.maxAttempts) return error;
    const { minDelayMs, maxDelayMs, standard, maxElapsedMs } = this.#rules;
    const least = Math.min(MAX_DELAY_MS, Math.max(this.#reconnectionTimeMs, loss.retryAfterMs));
    const backoff = backoffMs(standard ? attempt - 1 : attempt, minDelayMs, maxDelayMs);
    const now = this.#now();
    // Chance spaces the others. A wait that was cut short lies before its planned end.
    const { spacingMs } = this.#rules;
    const tooSoon = standard ? Math.min(spacingMs, this.#begunAt + spacingMs - now) : 0;
    const delay = loss.immediate ? 0 : Math.max(tooSoon, delayMs(least, backoff, this.#random));
    if (now - this.#outageSince + delay > maxElapsedMs) return error;
    this.#attempt = attempt;
    this.#begunAt = now + delay;
    return { attempt, delayMs: delay, error };
  }

  /** A stream that dies again and again at one position holds something that cannot be read there. */
  #noticeStuck(loss: Loss): SseError {
    const stuck = loss.openMs !== undefined && !loss.progressed && !loss.immediate && !this.isHealthy(loss);
    if (!stuck || loss.lastEventId === "") {
      if (loss.progressed) this.#stuckTimes = 0;
      return loss.error;
    }
    this.#stuckTimes = this.#stuckAt === loss.lastEventId ? this.#stuckTimes + 1 : 1;
    this.#stuckAt = loss.lastEventId;
    if (this.#stuckTimes < STUCK_AFTER || !(loss.error instanceof ConnectionError)) return loss.error;
    const { url, status } = loss.error;
    const message = `${url} broke ${this.#stuckTimes} times right after the event with id ${JSON.stringify(loss.lastEventId)}; what follows it may not be readable.`;
    return new ConnectionError("stuck", message, { url, status, cause: loss.error, retryable: true });
  }
}

/**
 * The wait a response asks for, in milliseconds; 0 where it asks for none. RFC 9110, "Retry-After". A date is of the
 * server's clock, which `Date` tells: this one may be wrong.
 */
export function retryAfterMs(headers: Headers, nowMs: number = Date.now()): number {
  const value = headers.get("retry-after")?.trim();
  if (!value) return 0;
  const now = Date.parse(headers.get("date") ?? "") || nowMs;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? 0 : Math.min(MAX_DELAY_MS, Math.max(0, ms));
}
