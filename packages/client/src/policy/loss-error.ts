import { ConnectionError, isSseError, type SseError } from "@sse/protocol";

/** Whether the server wants other credentials than it got. */
export function wantsCredentials(error: SseError): error is ConnectionError {
  return error instanceof ConnectionError && error.status === 401;
}

/** A connection that can be made again. */
export function lost(message: string, url = "", cause?: unknown): ConnectionError {
  return new ConnectionError("connection-lost", message, { url, retryable: true, cause });
}

/** Whatever was thrown, as an error that knows whether to retry: what is not ours is taken for a loss. */
export function asError(cause: unknown, message: string, url = ""): SseError {
  return isSseError(cause) ? cause : lost(message, url, cause);
}

/** Tells an error what comes of it. Without `delayMs` it is over. What a caller's schema threw is left as it is. */
export function foretell(error: SseError | undefined, attempt: number, delayMs?: number): void {
  if (isSseError(error)) Object.assign(error, { attempt, willRetry: delayMs !== undefined, delayMs });
}
