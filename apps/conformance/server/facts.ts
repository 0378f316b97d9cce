/** What a server saw of one check's streams. */
export interface StreamFacts {
  opened: number;
  /** The signals of requests, and of connections, that were aborted. */
  requestAborted: number;
  signalAborted: number;
  /** `finally` blocks of producers that ran. */
  finallyRan: number;
  /** Why connections ended, in their order. */
  closed: string[];
  /** What `onError` was told. */
  errors: string[];
  sent: number;
  /** How often `send` said that the reader is slow. */
  blocked: number;
}

/** What a server saw of one check's hub. */
export interface HubFacts {
  readonly stats: Readonly<Record<string, number>>;
  readonly closed: readonly string[];
  readonly errors: readonly string[];
}

/** The options of a hub that travel as JSON. */
export interface HubSetup {
  readonly heartbeatMs?: number | false;
  readonly retryMs?: number;
  readonly slowConsumer?: "disconnect" | "drop-oldest" | "latest";
  readonly limits?: Readonly<Record<string, number>>;
  readonly replay?: { readonly maxEvents: number };
  readonly cors?: { readonly origins: readonly string[] };
  /** Who names no user in the query is refused; "broken" makes the question itself fail. */
  readonly authorize?: boolean;
}

/** What is published: one event a text, or so many of a size. */
export interface Publication {
  readonly texts?: readonly string[];
  readonly count?: number;
  readonly bytes?: number;
  readonly key?: string;
}
