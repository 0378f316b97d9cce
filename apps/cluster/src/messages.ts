/*
 * What the main process and the processes that it starts say to each other. They are started with their job as JSON
 * in the environment variable JOB, and speak over Node's channel between parent and child.
 */

/** Where the log is. */
export type StoreAddress =
  | { readonly kind: "redis"; readonly port: number }
  | { readonly kind: "nats"; readonly port: number };

export interface ServerJob {
  readonly store: StoreAddress;
  readonly port: number;
}

export interface PublisherJob {
  readonly store: StoreAddress;
  readonly channels: number;
  readonly eventsPerSecond: number;
}

export interface ClientsJob {
  readonly url: string;
  readonly clients: number;
  readonly channels: number;
  readonly channelsPerClient: number;
}

export type ToServer = { readonly drain: { readonly overMs: number } } | "count";
export type ToPublisher = "start" | "stop" | "count";
export type ToClients = { readonly expect: readonly number[] } | "count";

export type FromServer = { readonly listening: number } | ServerReport;
export type FromPublisher = {
  readonly published: readonly number[];
  readonly retried: number;
  readonly finished: boolean;
};
export type FromClients = "open" | ClientsReport;

export interface ServerReport {
  readonly rssBytes: number;
}

/** What the clients saw so far. */
export interface ClientsReport {
  readonly events: number;
  /** Why, for each gap that was announced to each client. */
  readonly gaps: readonly (readonly string[])[];
  /** For how long a client saw nothing at all, the one that waited longest. */
  readonly longestSilenceMs: number;
  /** What must not be: losses without a gap, repeats, disorder, clients that ended. */
  readonly problems: readonly string[];
  /** Whether every client has what it was told to expect. */
  readonly complete: boolean;
  /** Clients that do not have it yet, and what they miss. */
  readonly waiting: readonly string[];
  readonly rssBytes: number;
}
