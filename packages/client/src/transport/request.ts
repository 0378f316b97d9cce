import {
  ConnectionError,
  encodeLastEventId,
  InvalidOptionError,
  LAST_EVENT_ID_PARAMETER,
} from "@sse/protocol";
import {
  type Attempt,
  type BodyLike,
  type Fetch,
  forAttempt,
  type HeadersLike,
  type PerAttempt,
} from "../options.ts";

/** What is sent on every attempt. */
export interface RequestPlan {
  readonly url: PerAttempt<string | URL>;
  readonly method: string;
  readonly headers: PerAttempt<HeadersLike> | undefined;
  readonly body: PerAttempt<BodyLike> | undefined;
  /** What the body is, where the headers do not say. */
  readonly contentType: string | undefined;
  readonly credentials: NonNullable<RequestInit["credentials"]>;
  /** Where the last event ID goes. */
  readonly cursor: "header" | "query";
  readonly fetch: Fetch | undefined;
  /** "platform" leaves them to fetch, as the standard's EventSource does. */
  readonly redirects: "platform" | "same-origin" | "follow";
}

/** An answer and the URL it came from. */
export interface Sent {
  readonly response: Response;
  readonly url: URL;
  readonly method: string;
}

const MAX_REDIRECTS = 20;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** What relative URLs are resolved against: the document's base, a worker's location, or nothing. */
function baseUrl(): string | undefined {
  return globalThis.document?.baseURI ?? globalThis.location?.href;
}

/** @throws TypeError for what is no URL, or is relative where there is no base. */
export function parseUrl(url: string | URL): URL {
  return new URL(url, baseUrl());
}

/** A URL as errors may show it: without query, fragment and credentials. */
export function publicUrl(url: URL): string {
  return url.origin === "null" ? url.protocol : url.origin + url.pathname;
}

/** Makes one attempt's request and sends it. Throws what the caller's functions throw, and what fetch throws. */
export async function send(plan: RequestPlan, attempt: Attempt, signal: AbortSignal): Promise<Sent> {
  const url = checkedUrl(await forAttempt(plan.url, attempt));
  const headers = makeHeaders(await forAttempt(plan.headers, attempt));
  if (!headers.has("accept")) headers.set("accept", "text/event-stream");
  if (plan.contentType !== undefined && !headers.has("content-type"))
    headers.set("content-type", plan.contentType);
  const { lastEventId } = attempt;
  if (lastEventId !== "" && plan.cursor === "query")
    url.searchParams.set(LAST_EVENT_ID_PARAMETER, lastEventId);
  // [spec] "(`Last-Event-ID`, lastEventId encoded as UTF-8)", where it is not empty. Only ids that fit got here.
  else if (lastEventId !== "") headers.set("last-event-id", encodeLastEventId(lastEventId) ?? "");
  const init: RequestInit = { method: plan.method, headers, credentials: plan.credentials, signal };
  const body = await forAttempt(plan.body, attempt);
  if (body !== undefined && body !== null) Object.assign(init, { body, duplex: "half" });
  // workerd throws for a cache mode it does not have.
  if ("cache" in Request.prototype) init.cache = "no-store";
  return dispatch(plan, url, init);
}

/** Sends a request that the caller made, as far as it can be watched. */
export async function sendRequest(plan: RequestPlan, made: Request, signal: AbortSignal): Promise<Sent> {
  const url = new URL(made.url);
  const init: RequestInit = { signal, method: made.method, headers: new Headers(made.headers) };
  if (made.body !== null) Object.assign(init, { body: await made.arrayBuffer() });
  return dispatch({ ...plan, method: made.method }, url, { ...init, credentials: made.credentials });
}

/** @throws InvalidOptionError */
export function checkedUrl(given: string | URL): URL {
  try {
    return parseUrl(given);
  } catch (cause) {
    const where = baseUrl() === undefined ? " Relative URLs need a page or a worker." : "";
    throw new InvalidOptionError(`The URL to connect to is not a URL.${where}`, { cause });
  }
}

// What cannot be made will not be made by trying again, so these are option errors and final. The platform's own
// error for a header quotes its value, which may be a token: it is not passed on.
function makeHeaders(given: HeadersLike | undefined): Headers {
  try {
    return new Headers(given);
  } catch {
    throw new InvalidOptionError("headers holds a name or a value that HTTP cannot carry.");
  }
}

function makeRequest(url: URL, init: RequestInit): Request {
  if (url.username !== "" || url.password !== "") {
    throw new InvalidOptionError(
      `${publicUrl(url)} was given with credentials, which fetch refuses; use headers.`,
    );
  }
  try {
    return new Request(url, init);
  } catch (cause) {
    throw new InvalidOptionError(`fetch takes no such request to ${publicUrl(url)}.`, { cause });
  }
}

async function dispatch(plan: RequestPlan, url: URL, init: RequestInit): Promise<Sent> {
  const method = plan.method;
  const here = globalThis.location?.origin;
  const guarded = plan.redirects !== "platform";
  if (guarded && here === undefined) return follow(plan, url, init);
  if (guarded) {
    // In a page fetch follows before anybody can look, so it is told not to leave.
    if (url.origin === here) init.mode = "same-origin";
    else init.redirect = "error";
  }
  const response = await (plan.fetch ?? fetch)(makeRequest(url, init));
  return { response, url: response.url ? new URL(response.url) : url, method };
}

/** Follows redirects by hand, where responses to them can be seen. */
async function follow(plan: RequestPlan, start: URL, given: RequestInit): Promise<Sent> {
  let url = start;
  let init: RequestInit = { ...given, redirect: "manual" };
  for (let hops = 0; ; hops++) {
    const response = await (plan.fetch ?? fetch)(makeRequest(url, init));
    const location = REDIRECTS.has(response.status) ? response.headers.get("location") : null;
    if (location === null) return { response, url, method: init.method ?? "GET" };
    response.body?.cancel().catch(() => {});
    if (hops === MAX_REDIRECTS) {
      const message = `${publicUrl(start)} redirected more than ${MAX_REDIRECTS} times.`;
      throw new ConnectionError("too-many-redirects", message, {
        url: publicUrl(start),
        status: response.status,
      });
    }
    const next = new URL(location, url);
    init = redirected(plan, response.status, url, next, init);
    url = next;
  }
}

function redirected(plan: RequestPlan, status: number, from: URL, to: URL, init: RequestInit): RequestInit {
  const { body, ...bodiless } = init;
  const becomesGet = status === 303 || (status < 303 && init.method === "POST");
  if (from.origin === to.origin) return becomesGet ? { ...bodiless, method: "GET" } : init;
  const downgrade = from.protocol === "https:" && to.protocol !== "https:";
  if (plan.redirects !== "follow" || downgrade) {
    const url = publicUrl(from);
    const message = downgrade
      ? `${url} redirected to ${publicUrl(to)}, which is not encrypted.`
      : `${url} redirected to ${publicUrl(to)}, another origin; redirects: "follow" allows it.`;
    throw new ConnectionError("cross-origin-redirect", message, { url, status });
  }
  // Another origin learns nothing that was meant for the first: no custom header, no body, no position.
  return { ...bodiless, method: "GET", headers: { accept: "text/event-stream" }, credentials: "omit" };
}
