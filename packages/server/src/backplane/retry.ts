const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1_000;

/** Waits before the next attempt, longer each time up to a limit, and not in step with other processes. */
export function pause(attempt: number, atMostMs: number = LONGEST_PAUSE_MS): Promise<void> {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt, atMostMs);
  return new Promise((resolve) => setTimeout(resolve, longest * (0.5 + Math.random() / 2)));
}

/** Settles as the promise does, or rejects after so long; then `onLate` is called. */
export async function within<T>(promise: Promise<T>, ms: number, onLate: () => void): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      onLate();
      reject(new Error(`no answer within ${Math.round(ms)} ms`));
    }, ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
