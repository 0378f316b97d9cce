import { InvalidOptionError } from "@sse/protocol";
import { type Alarm, startAlarm } from "./heartbeat.ts";
import type { HubConnection } from "./hub-connection.ts";
import { isResponse } from "./response.ts";
import { startTimer, stopTimer } from "./timing.ts";

/** What a request may have. */
export interface Grant {
  /** Who it is: limits and `revoke` go by it. */
  readonly principal: string;
  /** The channels that may be read. Default: those that the route asked for. A hub without channels ignores it. */
  readonly channels?: readonly string[] | undefined;
  /** When the grant ends; the connection then gets `sse.reauth` and is closed. Default: never. */
  readonly expiresAt?: Date | undefined;
}

/**
 * Decides about a request, and which of the channels it may have; a `Response` refuses it. Asked before anything is
 * replayed, and again and again while the connection lives.
 */
export type Authorize = (
  request: Request,
  channels: readonly string[],
) => Grant | Response | Promise<Grant | Response>;

/** Asks, and takes nothing for an answer that is none: who forgets to return must not let everybody in. */
export async function askAuthorize(
  authorize: Authorize,
  request: Request,
  channels: readonly string[],
): Promise<Grant | Response> {
  const answer: unknown = await authorize(request, channels);
  if (typeof answer === "object" && answer !== null) {
    if (isResponse(answer)) return answer;
    if (isGrant(answer)) return answer;
  }
  throw new InvalidOptionError(
    "authorize returns { principal: string, channels?: string[], expiresAt?: Date } or a Response.",
  );
}

function isGrant(answer: object): answer is Grant {
  const { principal, channels, expiresAt } = answer as Partial<Record<keyof Grant, unknown>>; // each is looked at
  return (
    typeof principal === "string" &&
    (channels === undefined || Array.isArray(channels)) &&
    (expiresAt === undefined || expiresAt instanceof Date)
  );
}

/** A date that is none is over: what cannot be understood lets nobody in. */
export function isExpired({ expiresAt }: Grant): boolean {
  return expiresAt !== undefined && !(expiresAt.getTime() > Date.now());
}

/** Those of the channels that the grant covers. */
export function granted({ channels }: Grant, asked: readonly string[]): readonly string[] {
  if (channels === undefined) return asked;
  const readable = new Set(channels);
  return asked.filter((channel) => readable.has(channel));
}

/** An answer is awaited for so many rechecks, before it is asked for once more. */
const PATIENCE = 8;

export interface GrantWatchPlan {
  readonly connection: HubConnection;
  readonly grant: Grant;
  /** Whether the grant still covers all that the connection has. */
  readonly covers: (grant: Grant) => boolean;
  readonly ask: () => Promise<Grant | Response>;
  /** False: it is not asked again. */
  readonly reauthorizeMs: number | false;
  readonly onError: (error: unknown) => void;
}

/** Asks again while a connection lives, and ends it when its grant has ended or shrunk. */
export class GrantWatch {
  readonly #plan: GrantWatchPlan;
  readonly #recheck: Alarm | undefined;
  #expiry: ReturnType<typeof setTimeout> | undefined;
  #grant: Grant;
  #isStopped = false;
  /** The rechecks since it was asked and did not answer. */
  #unanswered = 0;

  constructor(plan: GrantWatchPlan) {
    this.#plan = plan;
    this.#grant = plan.grant;
    if (plan.reauthorizeMs !== false) {
      this.#recheck = startAlarm(plan.reauthorizeMs, () => this.#askAgain());
    }
    this.#awaitExpiry();
  }

  stop(): void {
    this.#isStopped = true;
    this.#recheck?.stop();
    stopTimer(this.#expiry);
  }

  #awaitExpiry(): void {
    stopTimer(this.#expiry);
    if (this.#isStopped || this.#grant.expiresAt === undefined) return;
    const left = this.#grant.expiresAt.getTime() - Date.now();
    // Never within this call: who makes the watch has yet to count the connection.
    this.#expiry = startTimer(() => this.#lookAtTime(), Math.max(0, left));
  }

  /** A timer may be early, and cannot wait longer than some weeks: then it waits on. */
  #lookAtTime(): void {
    if (isExpired(this.#grant)) this.#plan.connection.reauthenticate("expired");
    else this.#awaitExpiry();
  }

  /** Events, limits and `revoke` go by the principal that the connection began with. */
  #isStillThis(answer: Grant): boolean {
    return answer.principal === this.#plan.grant.principal && this.#plan.covers(answer);
  }

  /** One that is slow is not asked by ever more at once, and one that lost a question not never again. */
  #askAgain(): void {
    if (this.#unanswered++ % PATIENCE === 0) void this.#ask().catch(this.#plan.onError);
  }

  // An authorize that fails ends nothing: its last answer stands until it expires.
  async #ask(): Promise<void> {
    const answer = await this.#plan.ask().finally(() => {
      this.#unanswered = 0;
    });
    if (this.#isStopped) return;
    if (isResponse(answer) || isExpired(answer) || !this.#isStillThis(answer)) {
      this.#plan.connection.reauthenticate("revoked");
    } else {
      this.#grant = answer;
      this.#awaitExpiry();
    }
  }
}
