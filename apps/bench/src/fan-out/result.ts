import type { Machine } from "../result.ts";
import type { RuntimeName } from "../runtimes.ts";
import type { Settings } from "./plan.ts";

/** The raw outcome of one run on one runtime, as it is kept in `results/server-<runtime>.json`. */
export interface ServerResult {
  readonly runtime: RuntimeName;
  readonly date: string;
  readonly machine: Machine;
  readonly versions: { readonly [name: string]: string };
  readonly settings: Settings;
  readonly visits: readonly VisitResult[];
  readonly stalls: readonly StallResult[];
  readonly heartbeats: readonly HeartbeatResult[];
  readonly alone: readonly AloneResult[];
}

/** One server with so many clients, once. */
export interface VisitResult {
  readonly adapter: string;
  readonly connections: number;
  readonly round: number;
  /** Whether each client got each event. */
  readonly isComplete: boolean;
  /** Processor time of the server for each connection until it has its first bytes. */
  readonly acceptUs: number;
  /** Bytes for each connection that waits for events. */
  readonly idle: { readonly rss: number; readonly heap: number };
  readonly fans: readonly FanResult[];
  /** Milliseconds from publishing to a client's having it. */
  readonly latency?: { readonly p50: number; readonly p99: number };
}

/** Processor time of the server for each delivered event, in microseconds. */
export interface FanResult {
  readonly perTurn: number;
  readonly userUs: number;
  readonly systemUs: number;
}

/** Clients that do not read, among those that do. */
export interface StallResult {
  readonly adapter: string;
  readonly slowConsumer: string;
  readonly connections: number;
  readonly stalled: number;
  readonly publishedBytes: number;
  readonly isComplete: boolean;
  /** Bytes by which the server grew. */
  readonly rss: number;
}

export interface HeartbeatResult {
  readonly adapter: string;
  readonly connections: number;
  readonly heartbeatMs: number;
  /** Processor time over time. */
  readonly cpuShare: number;
  /** Heap of a connection with a heartbeat over one without. */
  readonly heapEach: number;
}

export interface AloneResult {
  readonly validate: boolean;
  readonly nsEach: number;
}
