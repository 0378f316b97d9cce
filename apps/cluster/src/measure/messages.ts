import type { StoreAddress } from "../messages.ts";

/** Every kind of store: the first two are in one process. */
export type AnyStore =
  | { readonly kind: "memory" }
  | { readonly kind: "sqlite"; readonly file: string }
  | StoreAddress;

export interface StationJob {
  readonly store: AnyStore;
  readonly port: number;
}
export type StationOrder =
  | { readonly kind: "flood"; readonly seconds: number; readonly inFlight: number }
  | { readonly kind: "pace"; readonly seconds: number; readonly perSecond: number }
  | { readonly kind: "count"; readonly events: number }
  | { readonly kind: "cpu" };
export interface StationAnswer {
  readonly published: number;
  readonly from: string;
  /** The process's processor time so far. */
  readonly cpuMs: number;
}

export interface CrowdJob {
  readonly ports: readonly number[];
}
export type CrowdOrder =
  | { readonly kind: "open"; readonly connections: number; readonly lastEventId: string }
  | { readonly kind: "wait"; readonly events: number }
  | { readonly kind: "close" };
export interface CrowdAnswer {
  /** Events that arrived since they were opened, at all connections together. */
  readonly events: number;
  /** How late events were at the first connection, in milliseconds, ascending. */
  readonly latencies: readonly number[];
  readonly elapsedMs: number;
}
