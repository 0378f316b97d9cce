import { END_ID, EVENT_STREAM_MEDIA_TYPE } from "@sse/protocol";
import { acceptsEventStream, lastEventIdOf } from "./request.ts";

/** What `new Headers` takes. */
export type HeadersLike = NonNullable<RequestInit["headers"]>;

/** HTTP/2 forbids these, and HTTP/1.1 servers write them themselves; a stream has no length. */
const NOT_OURS = ["connection", "keep-alive", "transfer-encoding", "content-length"];

const STREAM_HEADERS: HeadersLike = {
  "content-type": `${EVENT_STREAM_MEDIA_TYPE}; charset=utf-8`,
  "cache-control": "no-store, private, no-transform",
  "x-accel-buffering": "no",
};

/** The answer that carries an event stream. `headers` are added, and replace ours where they have the same name. */
export function streamResponse(
  body: ReadableStream<Uint8Array> | string | null,
  headers: HeadersLike | undefined,
): Response {
  if (isNone(headers)) return new Response(body, { headers: STREAM_HEADERS });
  const all = withHeaders(new Headers(STREAM_HEADERS), headers);
  for (const name of NOT_OURS) all.delete(name);
  return new Response(body, { headers: all });
}

const elsewhere = new WeakSet<Response>();

/** The answer of a server that goes down: when to come back, to another one. */
export function goElsewhere(retry: string, headers: HeadersLike | undefined): Response {
  const response = streamResponse(retry, headers);
  elsewhere.add(response);
  return response;
}

/** Whether the connection is to end with this: a client that kept it would come back on it, to the same server. */
export function leadsElsewhere(response: Response): boolean {
  return elsewhere.has(response);
}

/**
 * 204: there is nothing more, do not come back. Browsers' own `EventSource` obeys it as well.
 * WHATWG HTML, "Server-sent events": a response that is not 200 fails the connection.
 */
export function noMoreEvents(init?: { readonly headers?: HeadersLike | undefined }): Response {
  const headers = new Headers({ "cache-control": "no-store" });
  return new Response(null, { status: 204, headers: withHeaders(headers, init?.headers) });
}

/** `HEAD`: what `GET` would be answered with, without its body. */
export function headResponse(request: Request, headers: HeadersLike | undefined): Response | undefined {
  return request.method === "HEAD" ? streamResponse(null, headers) : undefined;
}

/** A refusal, in one line of plain text. */
export function refusal(status: number, text: string, headers?: HeadersLike | undefined): Response {
  const own = new Headers({ "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
  return new Response(`${text}\n`, { status, headers: withHeaders(own, headers) });
}

/** What is answered without asking anybody: a refused method or media type, a stream that is finished. */
export function shortAnswer(
  request: Request,
  headers: HeadersLike | undefined,
  methods?: readonly string[],
): Response | undefined {
  if (methods?.includes(request.method) === false) return refusedMethod(request.method, methods, headers);
  if (!acceptsEventStream(request.headers.get("accept"))) {
    return refusal(
      406,
      `This resource is ${EVENT_STREAM_MEDIA_TYPE}, which the Accept header excludes.`,
      headers,
    );
  }
  return lastEventIdOf(request) === END_ID ? noMoreEvents({ headers }) : undefined;
}

/** Among them the preflights that nobody answers: they open nothing. */
function refusedMethod(
  method: string,
  methods: readonly string[],
  headers: HeadersLike | undefined,
): Response {
  const allow = methods.join(", ");
  const all = withHeaders(new Headers({ allow }), headers);
  return refusal(405, `Events are had by ${allow}, not by ${method}.`, all);
}

/** Every header of `more` replaces those of its name; what the answer varies with adds up, for caches' sake. */
export function withHeaders(headers: Headers, more: HeadersLike | undefined): Headers {
  if (isNone(more)) return headers;
  const given = new Headers(more);
  const vary = joinedVary(headers.get("vary"), given.get("vary"));
  if (vary !== undefined) given.set("vary", vary);
  for (const name of given.keys()) headers.delete(name);
  for (const [name, value] of given) headers.append(name, value);
  return headers;
}

/** Every connection comes by here, most of them with nothing to add. */
function isNone(headers: HeadersLike | undefined): headers is undefined {
  return headers === undefined || (headers instanceof Headers && headers.keys().next().done === true);
}

// RFC 9110, 12.5.5: a list of names, which no case tells apart, or "*".
function joinedVary(ours: string | null, theirs: string | null): string | undefined {
  if (ours === null || theirs === null) return undefined;
  const names = `${ours},${theirs}`.toLowerCase().split(",");
  const distinct = new Set(names.map((name) => name.trim()).filter((name) => name !== ""));
  return distinct.has("*") ? "*" : [...distinct].join(", ");
}

/** Whether it is a `Response`, also one of another realm or of a framework's own class. */
export function isResponse(value: object): value is Response {
  return value instanceof Response || ("status" in value && "headers" in value && "body" in value);
}

/** What a handler returned, if it returned something. @throws TypeError */
export function checkedResponse(response: Response): Response {
  if (typeof response === "object" && response !== null) return response;
  throw new TypeError(`The handler returned ${response}, not a Response: is a "return" missing?`);
}
