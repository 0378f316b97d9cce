import {
  decodeLastEventId,
  EVENT_STREAM_MEDIA_TYPE,
  InvalidOptionError,
  LAST_EVENT_ID_PARAMETER,
} from "@sse/protocol";

/** What is no web request, as that of `node:http`, is refused in words. @throws InvalidOptionError */
export function checkedRequest(request: Request): Request {
  if (typeof request?.headers?.get === "function") return request;
  throw new InvalidOptionError(
    "request is no web Request. For node:http or Express, wrap the handler in toNodeListener() of @sse/server/node.",
  );
}

/**
 * The position a client comes back with; "" where it brings none. The header wins unless it is empty; the query
 * parameter is for requests across origins, where the header would cost a preflight.
 * WHATWG HTML, "Server-sent events", the `Last-Event-ID` header.
 */
export function lastEventIdOf(request: Request): string {
  const header = request.headers.get("last-event-id");
  if (header) return decodeLastEventId(header);
  if (!request.url.includes(LAST_EVENT_ID_PARAMETER)) return "";
  return new URL(request.url).searchParams.get(LAST_EVENT_ID_PARAMETER) ?? "";
}

const RANGES: ReadonlyMap<string, number> = new Map([
  ["*/*", 1],
  ["text/*", 2],
  [EVENT_STREAM_MEDIA_TYPE, 3],
]);

/** Whether an `Accept` header allows an event stream: the most specific range that covers it decides. RFC 9110, 12.5.1. */
export function acceptsEventStream(accept: string | null): boolean {
  if (!accept || accept === EVENT_STREAM_MEDIA_TYPE) return true;
  let specificity = 0;
  let accepted = false;
  for (const part of accept.toLowerCase().split(",")) {
    const [range = "", ...parameters] = part.split(";").map((piece) => piece.trim());
    const rank = RANGES.get(range) ?? 0;
    if (rank === 0 || rank < specificity) continue;
    const quality = parameters.find((parameter) => parameter.startsWith("q="));
    const allowed = quality === undefined || Number(quality.slice(2)) > 0;
    accepted = rank > specificity ? allowed : accepted || allowed;
    specificity = rank;
  }
  return accepted;
}
