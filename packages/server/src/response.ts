import { decodeLastEventId, END_ID, EVENT_STREAM_MEDIA_TYPE, LAST_EVENT_ID_PARAMETER } from "@sse/protocol";

export type HeadersLike = NonNullable<RequestInit["headers"]>;

/** [PROTOCOL 1] What every event stream is answered with; what the caller adds comes on top. */
export function streamHeaders(extra?: HeadersLike | undefined): Headers {
  const headers = new Headers(extra);
  headers.set("content-type", `${EVENT_STREAM_MEDIA_TYPE}; charset=utf-8`);
  headers.set("cache-control", "no-store, private, no-transform");
  headers.set("x-accel-buffering", "no");
  // HTTP/2 forbids these, and an HTTP/1.1 server writes its own.
  for (const name of ["connection", "keep-alive", "transfer-encoding"]) headers.delete(name);
  return headers;
}

/** 204: there is nothing more. Every EventSource, the browsers' too, stops reconnecting. */
export function noMoreEvents(init: { readonly headers?: HeadersLike | undefined } = {}): Response {
  const headers = new Headers(init.headers);
  headers.set("cache-control", "no-store");
  return new Response(null, { status: 204, headers });
}

/** The position a request comes back with: the header, or where that is absent or empty the query. */
export function readLastEventId(request: Request): string {
  const header = decodeLastEventId(request.headers.get("last-event-id") ?? "");
  if (header !== "") return header;
  return new URL(request.url).searchParams.get(LAST_EVENT_ID_PARAMETER) ?? "";
}

/** The answer to a request that gets no stream, whatever the stream: `undefined` where it gets one. */
export function answerWithoutStream(request: Request, extra?: HeadersLike | undefined): Response | undefined {
  if (!acceptsEventStream(request.headers.get("accept"))) {
    return refusal(406, "This resource is an event stream; accept text/event-stream.", extra);
  }
  if (request.method === "HEAD") return new Response(null, { headers: streamHeaders(extra) });
  // [DESIGN 10.9] The stream was finished: nothing more will come.
  if (readLastEventId(request) === END_ID) return noMoreEvents({ headers: extra });
  return undefined;
}

/** A refusal in plain text. `retryAfterMs` is spread by the caller. */
export function refusal(
  status: number,
  message: string,
  extra?: HeadersLike | undefined,
  retryAfterMs?: number | undefined,
): Response {
  const headers = new Headers(extra);
  headers.set("content-type", "text/plain; charset=utf-8");
  headers.set("cache-control", "no-store");
  if (retryAfterMs !== undefined)
    headers.set("retry-after", String(Math.max(1, Math.ceil(retryAfterMs / 1000))));
  return new Response(`${message}\n`, { status, headers });
}

/** RFC 9110, 12.5.1, for one media type: the most specific range decides, and q=0 refuses. */
function acceptsEventStream(accept: string | null): boolean {
  if (accept === null || accept.trim() === "") return true;
  let best = { specificity: -1, quality: 0 };
  for (const range of accept.toLowerCase().split(",")) {
    const [name = "", ...parameters] = range.split(";").map((part) => part.trim());
    const specificity = ["*/*", "text/*", EVENT_STREAM_MEDIA_TYPE].indexOf(name);
    const q = parameters.find((parameter) => parameter.startsWith("q="));
    const quality = q === undefined ? 1 : Number(q.slice(2));
    if (specificity > best.specificity) best = { specificity, quality };
  }
  return best.quality > 0;
}
