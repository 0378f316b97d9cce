import { InvalidOptionError } from "@sse/protocol";
import { refusal } from "./response.ts";

/** Which pages of other origins may read a hub's streams. */
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

/** Who may ask: checked before anything else of a request is looked at. */
export class OriginPolicy {
  readonly #cors: CorsOptions | undefined;
  readonly #hosts: ReadonlySet<string> | undefined;

  constructor(cors: CorsOptions | undefined, hosts: readonly string[] | undefined) {
    if (cors?.origins === "*" && cors.credentials) {
      throw new InvalidOptionError("cors: origins '*' cannot go with credentials; list the origins.");
    }
    this.#cors = cors;
    this.#hosts = hosts === undefined ? undefined : new Set(hosts.map((host) => host.toLowerCase()));
  }

  /** The answer to a preflight, or the refusal of a foreign host or origin; `undefined` for all others. */
  answer(request: Request): Response | undefined {
    const host = new URL(request.url).host.toLowerCase();
    if (this.#hosts !== undefined && !this.#hosts.has(host))
      return refusal(421, "This server does not answer for that host.");
    if (!this.#allows(request))
      return refusal(403, "Pages of this origin may not read this stream.", { vary: "origin" });
    if (request.method !== "OPTIONS" || this.#cors === undefined) return undefined;
    const headers = this.headers(request);
    headers.set("access-control-allow-methods", "GET, HEAD, POST");
    headers.set("access-control-allow-headers", ["last-event-id", ...(this.#cors.headers ?? [])].join(", "));
    headers.set("access-control-max-age", String(Math.floor((this.#cors.maxAgeMs ?? 7_200_000) / 1000)));
    return new Response(null, { status: 204, headers });
  }

  /** The headers that let the page read the answer. */
  headers(request: Request): Headers {
    const headers = new Headers();
    if (this.#cors === undefined) return headers;
    const origin = request.headers.get("origin");
    if (this.#cors.origins === "*") headers.set("access-control-allow-origin", "*");
    else if (origin !== null) {
      headers.set("access-control-allow-origin", origin);
      headers.set("vary", "origin");
    }
    if (this.#cors.credentials) headers.set("access-control-allow-credentials", "true");
    return headers;
  }

  // Without a list every origin may ask: the browser keeps the answer from pages that CORS does not name.
  #allows(request: Request): boolean {
    const origin = request.headers.get("origin");
    if (origin === null || this.#cors === undefined || this.#cors.origins === "*") return true;
    return origin === new URL(request.url).origin || this.#cors.origins.includes(origin);
  }
}
