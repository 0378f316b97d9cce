/** The media type of an event stream. WHATWG HTML, "Server-sent events". */
export const EVENT_STREAM_MEDIA_TYPE = "text/event-stream";

/** The largest pending event a parser keeps, unless told otherwise: 16 MiB. */
export const DEFAULT_MAX_EVENT_BYTES = 16_777_216;

/** The longest id that is written, and the longest that is sent back as `Last-Event-ID`, in UTF-8 bytes. */
export const MAX_ID_BYTES = 1024;

/** The largest reconnection time that is written, in milliseconds: 2^31 - 1, what timers everywhere can hold. */
export const MAX_RETRY_MS = 2_147_483_647;

/** The query parameter that carries the last event ID where a header would cost a CORS preflight. */
export const LAST_EVENT_ID_PARAMETER = "lastEventId";

// The wire profile's own event types (PROTOCOL.md). All begin with "sse.", which contracts may not use.

/** A position in the stream: its `id` line is the news, its data is empty. */
export const MARK_TYPE = "sse.mark";
/** Events are missing: data is `{ from, reason }` as JSON, the id is the position after the hole. */
export const GAP_TYPE = "sse.gap";
/** The producer failed: data is `{ id }` as JSON, the opaque id under which the server logged it. */
export const ERROR_TYPE = "sse.error";
/** The grant ended: come back with new credentials. */
export const REAUTH_TYPE = "sse.reauth";
/** The stream is finished: do not come back. */
export const END_TYPE = "sse.end";
/** The id of `sse.end`: a request that comes back with it gets 204. */
export const END_ID = "sse.end";
