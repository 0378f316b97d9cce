/// <reference lib="esnext.disposable" preserve="true" />
export type {
  Backplane,
  BackplaneListener,
  BackplaneMessage,
  LoggedMessage,
  Position,
  ReplayPage,
} from "./backplane/backplane.ts";
export { type MemoryBackplaneOptions, memoryBackplane, type ReplayOptions } from "./backplane/memory.ts";
export type { CorsOptions } from "./cors.ts";
export { type Connection, type EventStreamOptions, eventStream, type Producer } from "./event-stream.ts";
export type { GapReason } from "./frame.ts";
export type { Authorize, Grant } from "./grants.ts";
export { type ChannelHub, createChannelHub, createHub, type Hub, type PublishOptions } from "./hub.ts";
export type {
  ConnectionFacts,
  DrainOptions,
  HubBase,
  HubHooks,
  HubOptions,
  HubStats,
  RespondOptions,
  Snapshot,
  SnapshotHook,
  SnapshotRequest,
} from "./hub-options.ts";
export type { LimitOptions } from "./limits.ts";
export type { CloseReason } from "./outlet.ts";
export { noMoreEvents } from "./response.ts";
export type { SlowConsumer } from "./send-queue.ts";
