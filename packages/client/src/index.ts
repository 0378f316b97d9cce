/// <reference lib="esnext.disposable" preserve="true" />
export { connect, type JsonContract } from "./connect.ts";
export type { ClientCloseReason, ConnectionState } from "./connection-state.ts";
export { type CursorStore, sessionCursor } from "./cursor-store.ts";
export { EventSource, type EventSourceOptions } from "./event-source.ts";
export type {
  EventSourceErrorEvent,
  EventSourceEventMap,
  EventSourceMessage,
} from "./event-source-events.ts";
export type {
  Attempt,
  BodyLike,
  CommonOptions,
  ConnectOptions,
  Fetch,
  GapEvent,
  HeadersLike,
  PerAttempt,
  ReconnectOptions,
  RequestPolicyOptions,
  Transport,
  TypeOnlyConnectOptions,
  UnknownEvent,
} from "./options.ts";
export type { Retry } from "./policy/reconnect.ts";
export { type EventRequest, type RequestOptions, request } from "./request.ts";
export type { Listened, Subscription } from "./subscription.ts";
