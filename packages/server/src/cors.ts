import { InvalidOptionError } from "@sse/protocol";
import { refusal } from "./response.ts";

/** Which pages of other origins may read a stream. */
export interface CorsOptions {
  /** Origins as browsers write them (`https://app.example`), or `"*"` for all, which excludes credentials. */
  readonly origins: readonly string[] | "*";
  /** Whether cookies and other credentials are let through. Default: false. */
  readonly credentials?: boolean | undefined;
  /** Request headers beside `Last-Event-ID` that pages may send. Default: none. */
  readonly headers?: readonly string[] | undefined;
  /** How long browsers may remember a preflight's answer, in milliseconds. Default: 7,200,000 (2 hours). */
  readonly maxAgeMs?: number | undefined;
}

/**
 * The headers that let a page of another origin read the response; none where it may not.
 *
 * @throws InvalidOptionError for `"*"` together with credentials, which browsers refuse
 */
export function corsHeaders(request: Request, cors: CorsOptions): Headers {
  assertPairing(cors);
  const headers = new Headers();
  if (cors.origins === "*") headers.set("access-control-allow-origin", "*");
  else {
    headers.set("vary", "origin");
    const origin = request.headers.get("origin");
    if (origin === null || !cors.origins.includes(origin)) return headers;
    headers.set("access-control-allow-origin", origin);
  }
  if (cors.credentials) headers.set("access-control-allow-credentials", "true");
  return headers;
}

/** The answer to a preflight: `Last-Event-ID` may be sent, and what the options name. Throws as `corsHeaders`. */
export function corsPreflight(request: Request, cors: CorsOptions): Response {
  const headers = corsHeaders(request, cors);
  if (headers.has("access-control-allow-origin")) {
    headers.set("access-control-allow-methods", "GET, HEAD, POST");
    headers.set("access-control-allow-headers", ["last-event-id", ...(cors.headers ?? [])].join(", "));
    headers.set("access-control-max-age", String(Math.floor((cors.maxAgeMs ?? 7_200_000) / 1000)));
  }
  return new Response(null, { status: 204, headers });
}

/** Who may ask: looked at before anything else of a request. */
export class OriginPolicy {
  readonly #cors: CorsOptions | undefined;
  readonly #hosts: ReadonlySet<string> | undefined;

  constructor(cors: CorsOptions | undefined, hosts: readonly string[] | undefined) {
    if (cors !== undefined) assertPairing(cors);
    this.#cors = cors;
    this.#hosts = hosts && new Set(hosts.map((host) => host.toLowerCase()));
  }

  /** The answer to a preflight, or the refusal of a foreign host or origin; `undefined` for all others. */
  answer(request: Request): Response | undefined {
    // URL has the host in lower case already.
    if (this.#hosts !== undefined && !this.#hosts.has(new URL(request.url).host)) {
      return refusal(421, "This server does not answer for that host.");
    }
    if (this.#cors === undefined) return undefined;
    if (!this.#allows(request))
      return refusal(403, "Pages of this origin may not read this.", { vary: "origin" });
    return request.method === "OPTIONS" ? corsPreflight(request, this.#cors) : undefined;
  }

  headers(request: Request): Headers {
    return this.#cors === undefined ? new Headers() : corsHeaders(request, this.#cors);
  }

  // Without a list every origin may ask: browsers keep the answer from pages that CORS does not name.
  #allows(request: Request): boolean {
    const origin = request.headers.get("origin");
    if (origin === null || this.#cors === undefined || this.#cors.origins === "*") return true;
    return origin === new URL(request.url).origin || this.#cors.origins.includes(origin);
  }
}

function assertPairing(cors: CorsOptions): void {
  if (cors.origins !== "*" || !cors.credentials) return;
  throw new InvalidOptionError("cors: origins '*' cannot go with credentials; list the origins.");
}
