import {
  ConnectionError,
  encodeLastEventId,
  InvalidOptionError,
  isSseError,
  LAST_EVENT_ID_PARAMETER,
} from "@sse/protocol";
import { shown } from "../option-rules.ts";
import {
  type Attempt,
  type BodyLike,
  type Fetch,
  forAttempt,
  type HeadersLike,
  type PerAttempt,
} from "../options.ts";
import { Liveness } from "./liveness.ts";
import { PolicyWatch } from "./page-policy.ts";

/** What is sent on every attempt. */
export interface RequestPlan {
  readonly url: PerAttempt<string | URL>;
  readonly method: string;
  readonly headers: PerAttempt<HeadersLike>;
  readonly body: PerAttempt<BodyLike> | undefined;
  /** What the body is, where the headers do not say. */
  readonly contentType: string | undefined;
  readonly credentials: NonNullable<RequestInit["credentials"]>;
  /** Where the last event ID goes. */
  readonly cursor: "header" | "query";
  readonly fetch: Fetch | undefined;
  readonly dispatch: Dispatch;
  /** A number also bounds the wait for the answer. */
  readonly idleTimeoutMs: number | "auto" | false | undefined;
}

/** An answer takes a connection and a server's thought: it may be late by more than a byte in a stream. */
const MIN_ANSWER_MS = 1000;

/** Makes the request and gets its answer; what it does about redirects is its business. */
export type Dispatch = (fetch: Fetch, url: URL, init: RequestInit) => Promise<Sent>;

/** An answer and the URL it came from. */
export interface Sent {
  readonly response: Response;
  readonly url: URL;
  readonly method: string;
}

/** What relative URLs are resolved against: the document's base, a worker's location, or nothing. */
function baseUrl(): string | undefined {
  return globalThis.document?.baseURI ?? globalThis.location?.href;
}

/** @throws TypeError for what is no URL, or is relative where there is no base. */
export function parseUrl(url: string | URL): URL {
  const parsed = new URL(url, baseUrl());
  // [spec] WHATWG URL, "forbidden domain code point". Chromium lets spaces pass, and shows them like this.
  if (/^https?:$/.test(parsed.protocol) && parsed.hostname.includes("%")) {
    throw new TypeError("A host has no spaces.");
  }
  return parsed;
}

/** What was given for a URL, as errors may show it: without query, fragment and credentials. */
export function shownUrl(given: unknown): string {
  return shown(
    String(given)
      .replace(/[?#].*/s, "")
      .replace(/\/\/[^/]*@/, "//"),
  );
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
  else if (lastEventId !== "") headers.set("last-event-id", lastEventIdValue(lastEventId));
  const init: RequestInit = { method: plan.method, headers, credentials: plan.credentials, signal };
  const body = await forAttempt(plan.body, attempt);
  if (body !== undefined && body !== null) Object.assign(init, { body, duplex: "half" });
  // workerd throws for a cache mode it does not have.
  if ("cache" in Request.prototype) init.cache = "no-store";
  signal.throwIfAborted(); // the caller's functions took their time
  return answered(plan, url, plan.dispatch(plan.fetch ?? fetch, url, init));
}

/** Sends a request that the caller made, as far as it can be watched. */
export async function sendRequest(plan: RequestPlan, made: Request, signal: AbortSignal): Promise<Sent> {
  if (!(made instanceof Request)) throw new InvalidOptionError(`resume makes a Request, not ${shown(made)}.`);
  const url = new URL(made.url);
  const init: RequestInit = { signal, method: made.method, headers: new Headers(made.headers) };
  if (made.body !== null) Object.assign(init, { body: await made.arrayBuffer() });
  return answered(
    plan,
    url,
    plan.dispatch(plan.fetch ?? fetch, url, { ...init, credentials: made.credentials }),
  );
}

/** The answer, unless there is none for longer than a stream may be silent: half-open connections never fail. */
function answered({ idleTimeoutMs }: RequestPlan, at: URL, sent: Promise<Sent>): Promise<Sent> {
  if (typeof idleTimeoutMs !== "number") return sent;
  return new Promise((resolve, reject) => {
    const rules = { idleTimeoutMs: Math.max(MIN_ANSWER_MS, idleTimeoutMs), guess: false };
    const error = { url: publicUrl(at), retryable: true };
    const liveness = new Liveness(rules, () =>
      reject(new ConnectionError("idle-timeout", noAnswer(at), error)),
    );
    sent.finally(() => liveness.stop()).then(resolve, reject);
  });
}

/** @throws InvalidOptionError */
export function checkedUrl(given: string | URL): URL {
  let where = "";
  try {
    const url = parseUrl(given);
    if (url.host !== "" || !/^\d/.test(url.pathname)) return url;
    where = " without http:// before its host";
  } catch {
    if (baseUrl() === undefined) where = " where there is no page: it has to be absolute";
  }
  throw new InvalidOptionError(`url is not a URL${where}: ${shownUrl(given)}.`);
}

/** The id as `Headers` take it: its bytes, a character each; in workerd as it is, since that encodes it by itself. */
function lastEventIdValue(id: string): string {
  const bytes = encodeLastEventId(id) ?? "";
  // Imitations of a page take all characters, and send bytes.
  if (bytes === id || globalThis.document !== undefined) return bytes;
  try {
    new Headers([["x", "\u0100"]]); // no byte: whoever takes it takes text
    return id;
  } catch {
    return bytes;
  }
}

/** The headers of the call, also where their object is changed later; a function is asked each time. */
export function keptHeaders(given: PerAttempt<HeadersLike> | undefined): PerAttempt<HeadersLike> {
  return typeof given === "function" ? given : makeHeaders(given);
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
    const hint =
      typeof init.body === "object" ? "; a body that is a stream is sent once, a function makes it anew" : "";
    throw new InvalidOptionError(`fetch takes no such request to ${publicUrl(url)}${hint}.`, { cause });
  }
}

/** One request and its answer. Throws InvalidOptionError for what is no request, ConnectionError without an answer. */
export async function ask(fetch: Fetch, at: URL, init: RequestInit): Promise<Response> {
  const request = makeRequest(at, init);
  const policy = new PolicyWatch(at);
  let response: Response;
  try {
    response = await fetch(request);
  } catch (cause) {
    const forbidden = await policy.forbids();
    if (isSseError(cause)) throw cause;
    // undici's, say, which is not the platform's: it took the request for a URL.
    if (String(cause).includes("[object Request]")) {
      const message = "fetch took the Request for a URL; use (request) => fetch(request.url, request).";
      throw new InvalidOptionError(message, { cause });
    }
    const url = publicUrl(at);
    // [spec] "unless the user agent knows that to be futile": only these schemes have a network that can come back.
    const retryable = !forbidden && (/^https?:$/.test(at.protocol) || fetch !== globalThis.fetch);
    const message = forbidden ? `The page's Content-Security-Policy does not allow ${url}.` : noAnswer(at);
    throw new ConnectionError("connection-lost", message, { url, retryable, cause });
  }
  policy.end();
  assertResponse(response);
  return response;
}

/** What a fetch of the caller's answers: a Response of whatever make, whose body is the platform's stream. */
function assertResponse(answer: Partial<Response> | null | undefined): void {
  const { status, headers, body } = answer ?? {};
  const reads = body === null || typeof body?.getReader === "function";
  if (reads && typeof headers?.get === "function" && typeof status === "number") return;
  throw new InvalidOptionError(
    `fetch resolves with a Response, its body a ReadableStream, not ${shown(answer)}.`,
  );
}

/** To fetch, an answer that the page may not read is none. */
function noAnswer(at: URL): string {
  const here = globalThis.location?.origin ?? at.origin;
  const why = here === at.origin ? "" : `, or none that CORS lets pages of ${here} read`;
  return `${publicUrl(at)} gave no answer${why}.`;
}

/** Leaves redirects to fetch. */
export const dispatch: Dispatch = async (fetch, url, init) => {
  const response = await ask(fetch, url, init);
  return { response, url: response.url ? new URL(response.url) : url, method: init.method ?? "GET" };
};
