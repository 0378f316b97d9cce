import type { SseError } from "@sse/protocol";

/** The one state of a connection. */
export type ConnectionState =
  | { readonly status: "connecting"; readonly attempt: number }
  | { readonly status: "open"; readonly url: string }
  | {
      readonly status: "waiting";
      readonly attempt: number;
      readonly delayMs: number;
      readonly error: SseError | undefined;
    }
  | { readonly status: "closed"; readonly error: SseError | undefined };

/**
 * Why a connection is closed: somebody closed or aborted it, the stream is finished, the server (204) or
 * `onReconnect` stopped it, or it failed for good.
 */
export type ClientCloseReason = "closed" | "ended" | "stopped" | "failed";
