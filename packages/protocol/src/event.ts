/**
 * One event as the standard dispatches it.
 * WHATWG HTML, "Interpreting an event stream": the dispatch steps.
 */
export interface ServerSentEvent {
  /** The event type: `"message"` where the stream named none. */
  readonly type: string;
  /** The data lines, joined by LF. */
  readonly data: string;
  /** The stream's last event ID when this event was dispatched; `""` where it has none. */
  readonly lastEventId: string;
}

/** What `serializeEvent` writes. Every field is optional; a field left out writes no line. */
export interface ServerSentEventInit {
  /** The event type. Left out or empty, receivers see `"message"`. No CR, LF, NUL or lone surrogate. */
  readonly type?: string | undefined;
  /** Any text; CRLF, CR and LF each start a new data line. Left out, only a `type` still writes empty data. */
  readonly data?: string | undefined;
  /** The event's id, at most 1,024 UTF-8 bytes; `""` resets the receiver's. No CR, LF, NUL or lone surrogate. */
  readonly id?: string | undefined;
  /** The reconnection time in milliseconds: an integer from 0 to 2^31 - 1. */
  readonly retryMs?: number | undefined;
  /** A comment, written before the fields. Receivers ignore it; proxies see bytes move. */
  readonly comment?: string | undefined;
}
