import type { EventMap, Received, SseError } from "@sse/protocol";

/** A `MessageEvent` whose data has a type. */
export interface EventSourceMessage<T> extends MessageEvent {
  readonly data: T;
}

/** The standard's `error` event, which also knows why. */
export interface EventSourceErrorEvent extends Event {
  readonly error?: SseError | undefined; // optional, so that `onerror` takes what the platform's does
}

/** The events of an `EventSource` by type, with a contract or without. */
export type EventSourceEventMap<M> = { open: Event } & { error: EventSourceErrorEvent } & ([M] extends [never]
    ? { message: EventSourceMessage<string> }
    : M extends EventMap
      ? {
          [E in Received<M> as E["type"] extends "error" | "open" ? never : E["type"]]: EventSourceMessage<
            E["data"]
          >;
        }
      : never);
