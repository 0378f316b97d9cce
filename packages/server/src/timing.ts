import { MAX_RETRY_MS } from "@sse/protocol";

/** A delay for one client among many: a quarter more or less, so that they do not come back together. */
export function spread(ms: number): number {
  return Math.min(MAX_RETRY_MS, Math.round(ms * (0.75 + Math.random() / 2)));
}

/** A timer that keeps no process alive: what it acts on, a socket, does that itself. */
export function startTimer(callback: () => void, ms: number): ReturnType<typeof setTimeout> {
  const timer = setTimeout(callback, Math.min(ms, MAX_RETRY_MS)); // past 2^31 - 1 timers fire at once
  letGo(timer);
  return timer;
}

/**
 * Ends a timer, and what the runtime keeps for it: Node has a list for each length of time, and lets the empty list of
 * timers that keep no process alive stand until that time has passed, which for the times here is one a connection.
 */
export function stopTimer(timer: ReturnType<typeof setTimeout> | undefined): void {
  (timer as { ref?: () => void } | undefined)?.ref?.();
  clearTimeout(timer);
}

export function letGo(timer: unknown): void {
  // A number in browsers and workers, an object with `unref` on Node, Deno and Bun.
  (timer as { unref?: () => void }).unref?.();
}
