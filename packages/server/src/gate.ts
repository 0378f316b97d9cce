import { type Authorize, askAuthorize, type Grant, granted, isExpired } from "./grants.ts";
import { Admission, type Holder, type Limits, type Refused } from "./limits.ts";
import { type HeadersLike, isResponse, refusal, withHeaders } from "./response.ts";

/** A request that may have a connection, and holds a place for it until `leave`. */
export interface Admitted {
  readonly channels: readonly string[];
  readonly holder: Holder;
  readonly grant: Grant | undefined;
  leave(): void;
}

export interface GatePlan {
  readonly limits: Limits;
  readonly authorize: Authorize | undefined;
  /** Whether grants speak of channels here. */
  readonly hasChannels: boolean;
}

/** Who may connect: the cheap questions first, so that a flood of requests costs little. */
export class Gate {
  readonly #plan: GatePlan;
  readonly #admission: Admission;

  constructor(plan: GatePlan) {
    this.#plan = plan;
    this.#admission = new Admission(plan.limits);
  }

  /** `headers` go onto a refusal. Rejects with what `authorize` throws. */
  async enter(
    request: Request,
    channels: readonly string[],
    asking: Partial<Holder>,
    headers: HeadersLike,
  ): Promise<Admitted | Response> {
    const ticket = this.#admission.enter(asking.ip);
    if (typeof ticket === "number") return tooMany(ticket, headers);
    const leave = (): void => ticket.leave();
    const { signal } = request;
    if (signal.aborted) leave();
    else if (this.#plan.authorize) signal.addEventListener("abort", leave); // however long the answer takes
    try {
      const grant = await this.ask(request, channels);
      const answer = this.#judge(grant, channels);
      const refused =
        answer ?? tooManyOf(ticket.name(grantOf(grant)?.principal ?? asking.principal), headers);
      if (refused !== undefined) {
        leave();
        return withOurs(refused, headers);
      }
      const given = grantOf(grant);
      return { channels: this.covered(given, channels), holder: ticket.holder, grant: given, leave };
    } catch (error) {
      leave();
      throw error;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  /** Those of the channels that the grant covers. */
  covered(grant: Grant | undefined, channels: readonly string[]): readonly string[] {
    return grant === undefined || !this.#plan.hasChannels ? channels : granted(grant, channels);
  }

  /** What `authorize` says now. */
  async ask(request: Request, channels: readonly string[]): Promise<Grant | Response | undefined> {
    const { authorize, hasChannels } = this.#plan;
    return authorize && askAuthorize(authorize, request, hasChannels ? channels : []);
  }

  #judge(grant: Grant | Response | undefined, channels: readonly string[]): Response | undefined {
    if (grant === undefined || isResponse(grant)) return grant;
    if (isExpired(grant)) return refusal(401, "The credentials have expired.");
    return this.covered(grant, channels).length > 0
      ? undefined
      : refusal(403, "None of these channels may be read.");
  }
}

function grantOf(grant: Grant | Response | undefined): Grant | undefined {
  return grant === undefined || isResponse(grant) ? undefined : grant;
}

function tooManyOf(refused: Refused | undefined, headers: HeadersLike): Response | undefined {
  return refused && tooMany(refused, headers);
}

/** When to come back is not the same for everybody. */
function tooMany(status: Refused, headers: HeadersLike): Response {
  const retryAfter = String(1 + Math.ceil(Math.random() * 9));
  const why =
    status === 503 ? "This server has all the connections it takes." : "You have too many connections.";
  return refusal(status, why, withHeaders(new Headers(headers), { "retry-after": retryAfter }));
}

/** A refusal that a page of another origin can read, as it could the stream; its own headers stand. */
function withOurs(response: Response, ours: HeadersLike): Response {
  const { status, statusText, body } = response;
  return new Response(body, {
    status,
    statusText,
    headers: withHeaders(new Headers(ours), response.headers),
  });
}
