import {
  DEFAULT_MAX_EVENT_BYTES,
  InvalidOptionError,
  type ServerSentEvent,
  type ServerSentEventInit,
} from "@sse/protocol";
import { heartbeatInterval, optionalLimit } from "./options.ts";
import type { HeadersLike } from "./response.ts";

/** What becomes of an event: the fields that are given replace those of the upstream. */
export type RelayedEvent = Pick<ServerSentEventInit, "type" | "data" | "id">;

/** How another event stream is passed on. */
export interface RelayOptions {
  /** Which events are passed on. Default: all. Reserved ones (`sse.…`) always are, and ids and `retry` in any case. */
  readonly filter?: ((event: ServerSentEvent) => boolean) | undefined;
  /** What is passed on for an event that `filter` let through; `undefined` for nothing. Default: the event. */
  readonly map?: ((event: ServerSentEvent) => RelayedEvent | undefined) | undefined;
  /**
   * A comment is written when nothing was for so many milliseconds, beside what the upstream sends. Default: 15,000;
   * 8,000 on Bun. False: none. It is not announced: what the upstream announced is passed on as it is.
   */
  readonly heartbeatMs?: number | false | undefined;
  /**
   * The upstream is taken for lost when it sends nothing for so many milliseconds while it is read. Default: two and
   * a half of the heartbeats it announced, and no limit where it announced none. False: no limit.
   */
  readonly idleTimeoutMs?: number | false | undefined;
  /** The size of one event of the upstream, in bytes, past which it is taken for lost. Default: 16,777,216 (16 MiB). */
  readonly maxEventBytes?: number | undefined;
  /** Ends the relay when it aborts: the request's, where the runtime does not cancel bodies. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** Added to the response's; nothing of the upstream's headers is passed on. Default: none. */
  readonly headers?: HeadersLike | undefined;
  /** Told why the upstream was lost, or refused; `id` is what the client sees in `sse.error`, "" for a 502. Default: `console.error`. */
  readonly onError?: ((error: unknown, id: string) => void) | undefined;
}

export interface RelaySettings {
  readonly filter: ((event: ServerSentEvent) => boolean) | undefined;
  readonly map: ((event: ServerSentEvent) => RelayedEvent | undefined) | undefined;
  readonly heartbeatMs: number | false;
  /** Undefined: as the upstream announces. */
  readonly idleTimeoutMs: number | false | undefined;
  readonly maxEventBytes: number;
  readonly signal: AbortSignal | undefined;
  readonly headers: HeadersLike | undefined;
  readonly onError: (error: unknown, id: string) => void;
}

/** @throws InvalidOptionError */
export function resolveRelayOptions(options: RelayOptions): RelaySettings {
  const maxEventBytes = optionalLimit("maxEventBytes", options.maxEventBytes, DEFAULT_MAX_EVENT_BYTES);
  if (maxEventBytes === false) {
    throw new InvalidOptionError(
      "maxEventBytes is a whole number from 1 on, not false: what waits is bounded.",
    );
  }
  return {
    filter: options.filter,
    map: options.map,
    heartbeatMs: heartbeatInterval(options.heartbeatMs),
    idleTimeoutMs:
      options.idleTimeoutMs === undefined
        ? undefined
        : optionalLimit("idleTimeoutMs", options.idleTimeoutMs, false),
    maxEventBytes,
    signal: options.signal,
    headers: options.headers && new Headers(options.headers), // throws before anything has begun
    onError: options.onError ?? logError,
  };
}

function logError(error: unknown, id: string): void {
  console.error(id === "" ? "An upstream was refused:" : `A relayed event stream failed (${id}):`, error);
}
