import { InvalidOptionError } from "@sse/protocol";
import { checkedHost } from "./host.ts";
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
 * The headers that let a page of another origin read the response, and when a refusal says to come back; none where it
 * may not.
 *
 * @throws InvalidOptionError for `"*"` together with credentials, which browsers refuse, and for an origin that no
 * browser writes so
 */
export function corsHeaders(request: Request, cors: CorsOptions): Headers {
  checkCors(cors);
  const headers = new Headers();
  if (cors.origins === "*") headers.set("access-control-allow-origin", "*");
  else {
    headers.set("vary", "origin");
    const origin = request.headers.get("origin");
    if (origin === null || !cors.origins.includes(origin)) return headers;
    headers.set("access-control-allow-origin", origin);
  }
  headers.set("access-control-expose-headers", "retry-after");
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
    if (cors !== undefined) checkCors(cors);
    this.#cors = cors;
    this.#hosts = hosts && new Set(checkedHosts(hosts));
  }

  /** The answer to a preflight, or the refusal of a foreign host or origin; `undefined` for all others. */
  answer(request: Request): Response | undefined {
    if (!this.#answersFor(new URL(request.url))) {
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

  // URL has the host in lower case already, and leaves out the port that goes without saying.
  #answersFor({ host, hostname, port, protocol }: URL): boolean {
    if (this.#hosts === undefined || this.#hosts.has(host)) return true;
    return port === "" && this.#hosts.has(`${hostname}:${protocol === "https:" ? 443 : 80}`);
  }

  // Without a list every origin may ask: browsers keep the answer from pages that CORS does not name.
  #allows(request: Request): boolean {
    const origin = request.headers.get("origin");
    if (origin === null || this.#cors === undefined || this.#cors.origins === "*") return true;
    return origin === new URL(request.url).origin || this.#cors.origins.includes(origin);
  }
}

/** Those that were found to be right: the helpers are given the same ones at each request. */
const checked: WeakSet<CorsOptions> = new WeakSet();

function checkCors(cors: CorsOptions): void {
  if (checked.has(cors)) return;
  const { origins, credentials } = cors;
  if (origins === "*") {
    if (!credentials) return;
    throw new InvalidOptionError("cors: origins '*' cannot go with credentials; list the origins.");
  }
  if (!Array.isArray(origins)) {
    throw new InvalidOptionError(`cors: origins is '*' or a list of origins, not '${String(origins)}'.`);
  }
  for (const origin of origins) checkPageOrigin(origin);
  checked.add(cors);
}

/** What is compared as it is has to be as browsers write it, or it is never found. */
function checkPageOrigin(origin: unknown): void {
  if (origin === "*") throw new InvalidOptionError("cors: write origins: '*' for all, without a list.");
  const text = String(origin);
  const isWeb = /^https?:/i.test(text);
  if (origin === "null" || (!isWeb && text === origin && text.includes("://"))) return; // those of apps
  const right = isWeb && URL.canParse(text) ? new URL(text).origin : undefined;
  if (right === origin) return;
  const would = right ?? "https://app.example";
  throw new InvalidOptionError(`cors: an origin is written as '${would}', not as '${text}'.`);
}

function checkedHosts(hosts: readonly string[]): readonly string[] {
  if (!Array.isArray(hosts))
    throw new InvalidOptionError(`hosts is a list of hosts, not '${String(hosts)}'.`);
  return hosts.map((host: string) => {
    try {
      return checkedHost(host).toLowerCase();
    } catch {
      throw new InvalidOptionError(`hosts: a host is like 'example.com:3000', not '${host}'.`);
    }
  });
}
