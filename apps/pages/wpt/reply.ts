/** What the server of the suite does with one request. */
export interface Reply {
  /** Default: 200. */
  readonly status?: number;
  /** Beside the event stream's `content-type`, which `null` takes away. "{origin}" stands for the request's. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body?: Part | readonly Part[];
  /** Default: "end". "hold" leaves the response open; "refuse" breaks the connection before there is any. */
  readonly end?: "end" | "hold" | "reset" | "refuse";
}

type Part =
  | string
  | { readonly bytes: readonly number[] }
  | { readonly repeat: string; readonly times: number };

/** One request that the server saw. */
export interface Asked {
  readonly method: string;
  /** Values are bytes, one a character. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds, of the server's clock. */
  readonly at: number;
  /** The client was gone before the response was over. */
  readonly left: boolean;
}
