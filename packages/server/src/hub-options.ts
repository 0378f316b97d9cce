import type { OutgoingEvent } from "@sse/protocol";
import type { Backplane } from "./backplane/backplane.ts";
import type { ReplayOptions } from "./backplane/memory.ts";
import type { CorsOptions } from "./cors.ts";
import type { GapReason } from "./frame.ts";
import type { Authorize } from "./grants.ts";
import type { LimitOptions } from "./limits.ts";
import type { CloseReason } from "./outlet.ts";
import type { HeadersLike } from "./response.ts";
import type { SlowConsumer } from "./send-queue.ts";

/** What a hub tells of its connections, for logs and metrics. */
export interface HubHooks {
  opened?(connection: ConnectionFacts): void;
  closed?(connection: ConnectionFacts, reason: CloseReason): void;
  gap?(connection: ConnectionFacts, reason: GapReason): void;
  dropped?(connection: ConnectionFacts, events: number): void;
  stalled?(connection: ConnectionFacts): void;
}

export interface ConnectionFacts {
  readonly principal: string | undefined;
  readonly channels: readonly string[];
}

/** The events of a snapshot, of whatever contract: they are checked when they are sent. */
// biome-ignore lint/suspicious/noExplicitAny: as said
export type Snapshot = Iterable<OutgoingEvent<any>> | AsyncIterable<OutgoingEvent<any>>;

/** What a snapshot hook is asked for. */
export interface SnapshotRequest extends ConnectionFacts {
  /** The position that the snapshot has to stand for, or later. */
  readonly position: string;
}

export type SnapshotHook = (request: SnapshotRequest) => Snapshot;

export interface HubOptions {
  /** Where the log is. Default: the memory of this process. */
  readonly backplane?: Backplane | undefined;
  /** How much the memory backplane keeps; false: nothing. Default: 10,000 events, 32 MiB, 5 minutes. */
  readonly replay?: ReplayOptions | false | undefined;
  /** A comment, or a mark, goes out after so much silence, in milliseconds; false: never. Default: 15,000; 8,000 on Bun. */
  readonly heartbeatMs?: number | false | undefined;
  /** The clients' reconnection time in milliseconds, spread by ±25 %. Default: none is sent, clients choose. */
  readonly retryMs?: number | undefined;
  readonly limits?: LimitOptions | undefined;
  /** What happens to a client that reads more slowly than events come. Default: "disconnect", which loses nothing. */
  readonly slowConsumer?: SlowConsumer | undefined;
  readonly authorize?: Authorize | undefined;
  readonly cors?: CorsOptions | undefined;
  /** The hosts that this server answers for, as in URLs, with the port. Default: every one. */
  readonly hosts?: readonly string[] | undefined;
  /** Sends the current state to a client whose gap the log cannot heal. For state, not for deltas. */
  readonly snapshot?: SnapshotHook | undefined;
  /** Whether data is checked against the contract's schemas. Default: true. */
  readonly validate?: boolean | undefined;
  readonly hooks?: HubHooks | undefined;
  /** Hears what failed where nobody waits for it. Default: `console.error`. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

export interface RespondOptions {
  /** Who asks, where there is no `authorize`: for limits and `revoke`. */
  readonly principal?: string | undefined;
  /** The client's address, for `limits.maxPerIp`. */
  readonly ip?: string | undefined;
  /** Headers beside the stream's own. */
  readonly headers?: HeadersLike | undefined;
}

export interface HubStats {
  /** Open now. */
  readonly connections: number;
  /** Events published by this process. */
  readonly published: number;
  /** Events given to connections, each counted for each. */
  readonly delivered: number;
  /** Events dropped for slow clients. */
  readonly dropped: number;
  /** Gaps announced. */
  readonly gaps: number;
}

export interface DrainOptions {
  /** The time over which the connections are closed, in milliseconds. */
  readonly overMs: number;
  /** The reconnection time that the clients are sent, spread by ±25 %. Default: the hub's. */
  readonly retryMs?: number | undefined;
}

export interface HubBase extends AsyncDisposable {
  stats(): HubStats;
  /** Ends the connections of a principal: they get `sse.reauth`. */
  revoke(principal: string): void;
  /** Takes no more connections and closes those there are, spread over a time. Resolves when all are closed. */
  drain(options: DrainOptions): Promise<void>;
  /** Closes all connections, which come back, and the backplane. */
  close(): Promise<void>;
}
