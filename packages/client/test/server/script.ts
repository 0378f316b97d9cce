/** What the script server does with one request. Plain JSON, so that a page can post it. */
export interface Reply {
  /** Default: 200. */
  readonly status?: number;
  /** Default: `content-type: text/event-stream`, when the status is 200. `null` takes one away. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** Written one after the other, each flushed. A gate waits until the test opens it. */
  readonly body?: readonly (string | { readonly gate: string } | { readonly base64: string })[];
  /** Events by id: the ones after the request's last event ID are written, before `body`. */
  readonly log?: readonly { readonly id: string; readonly text: string }[];
  /** How it ends. "hold" leaves the response open, "unanswered" does not begin one. Default: "end". */
  readonly end?: "end" | "hold" | "unanswered" | "fin" | "rst";
  /** Cuts the whole response, head included, after so many bytes; `end` says how. */
  readonly cutAt?: number;
  /** With `cutAt`: how the body is framed. Default: "chunked". */
  readonly framing?: "chunked" | "close";
}

/** One request that the server saw. Header values are bytes, one a character. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly at: number;
  readonly port: number;
  /** With `cutAt`: how long the whole response is, and its head. */
  readonly bytes: number;
  readonly headBytes: number;
  /** Whether the client left before the response was over. */
  readonly left: boolean;
}
