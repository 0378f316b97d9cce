/** What the supervisor gives to a server process, as its one argument in JSON. */
export interface ServerProcessOptions {
  readonly port: number;
  /** The number of this server process: 1 for the first, one more after each restart. */
  readonly run: number;
  /** Where the access log and the job's output live, over restarts. */
  readonly directory: string;
}

/** What a server process says to its supervisor. */
export type ToSupervisor =
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "refused"; readonly code: string; readonly message: string }
  | { readonly kind: "restart" }
  | { readonly kind: "freeze"; readonly ms: number };
