/** What the supervisor gives to a server process, as its one argument in JSON. */
export interface ServerProcessOptions {
  readonly port: number;
  /** The number of this server process: 1 for the first, one more after each restart. */
  readonly run: number;
  /** Where the access log and the job's output live, over restarts. */
  readonly directory: string;
  /** The port of the Redis that holds the log; live streams are then served by processes of their own. */
  readonly redisPort?: number | undefined;
}

/** What a server process says to its supervisor. */
export type ToSupervisor =
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "refused"; readonly code: string; readonly message: string }
  | { readonly kind: "restart" }
  | { readonly kind: "freeze"; readonly ms: number }
  /** Break this page's live streams, which other processes serve. */
  | { readonly kind: "break"; readonly how: "cut" | "stall"; readonly page: string };
