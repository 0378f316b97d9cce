/// <reference lib="esnext.disposable" preserve="true" />
export type {
  Backplane,
  BackplaneListener,
  BackplaneSubscription,
  ReplayPage,
} from "./backplane/backplane.ts";
export { type MemoryBackplaneOptions, memoryBackplane } from "./backplane/memory.ts";
export type { BackplaneMessage, Position } from "./backplane/message.ts";
export type { ReplayOptions } from "./backplane/replay-options.ts";
export type { CloseReason } from "./close-reason.ts";
export type { Connection } from "./connection.ts";
export { type CorsOptions, corsHeaders, corsPreflight } from "./cors.ts";
export { eventStream } from "./event-stream.ts";
export { Frame, type GapReason } from "./frame.ts";
export type { Authorize, Grant } from "./grants.ts";
export { type ChannelHub, createChannelHub, createHub, type Hub } from "./hub.ts";
export type {
  ConnectionFacts,
  DrainOptions,
  HubBase,
  HubHooks,
  HubOptions,
  HubStats,
  RespondOptions,
} from "./hub-options.ts";
export type { LimitOptions } from "./limits.ts";
export type { EventStreamOptions } from "./options.ts";
export type { Presence, PresenceChange, PresenceOptions } from "./presence-options.ts";
export type { Producer } from "./producer.ts";
export type { PublishOptions } from "./publisher.ts";
export { relay } from "./relay.ts";
export type { RelayedEvent, RelayOptions } from "./relay-options.ts";
export { type HeadersLike, noMoreEvents } from "./response.ts";
export type { SlowConsumer } from "./send-queue.ts";
export type { Snapshot, SnapshotHook, SnapshotRequest } from "./snapshot.ts";
