import type { HubConnection } from "./hub-connection.ts";
import type { Timed } from "./wheel.ts";

/** What a request may have. */
export interface Grant {
  /** Who it is: limits and `revoke` go by it. */
  readonly principal: string;
  /** The channels that may be read. Default: those that the route asked for. */
  readonly channels?: readonly string[] | undefined;
  /** When the grant ends; the connection then gets `sse.reauth` and is closed. Default: never. */
  readonly expiresAt?: Date | undefined;
}

/** Decides about a request; a `Response` refuses it. Asked before the replay, and every 30 s while it lives. */
export type Authorize = (
  request: Request,
  channels: readonly string[],
) => Grant | Response | Promise<Grant | Response>;

const RECHECK_MS = 30_000;

/** Whether a grant stands, now, for these channels. */
export function covers(grant: Grant, channels: readonly string[]): boolean {
  if (grant.expiresAt !== undefined && grant.expiresAt.getTime() <= Date.now()) return false;
  return grant.channels === undefined || channels.every((channel) => grant.channels?.includes(channel));
}

/** Asks again while a connection lives, and ends it when its grant has ended or shrunk. */
export class GrantWatch implements Timed {
  readonly #connection: HubConnection;
  readonly #authorize: Authorize;
  readonly #onError: (error: unknown) => void;
  #grant: Grant;

  constructor(
    connection: HubConnection,
    grant: Grant,
    authorize: Authorize,
    onError: (error: unknown) => void,
  ) {
    this.#connection = connection;
    this.#grant = grant;
    this.#authorize = authorize;
    this.#onError = onError;
  }

  /** When to look next: at the expiry, or when it is time to ask again. */
  nextTime(now: number): number {
    const left = (this.#grant.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) - Date.now();
    return now + Math.min(RECHECK_MS, Math.max(left, 1));
  }

  onTime(now: number): number {
    if (this.#connection.outlet.isClosed) return 0;
    if (!covers(this.#grant, this.#connection.channels)) {
      this.#connection.reauthenticate("expired");
      return 0;
    }
    this.#ask().catch(this.#onError);
    return this.nextTime(now);
  }

  // An authorize that fails ends nothing: the last answer stands until it expires.
  async #ask(): Promise<void> {
    const { request, channels, outlet } = this.#connection;
    const answer = await this.#authorize(request, channels);
    if (outlet.isClosed) return;
    if (answer instanceof Response || !covers(answer, channels)) this.#connection.reauthenticate("revoked");
    else this.#grant = answer;
  }
}
