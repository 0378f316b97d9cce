/** How often a drain acts, at most. */
const STEP_MS = 20;

/** What a drain closes; one that closed by itself is not waited for. */
export interface Drained {
  readonly isClosed: boolean;
}

/**
 * Closes these one after the other, in no order that a client could foresee: each at a random moment of its own share
 * of the time, so that they are spread evenly, and a lone one is not always the first.
 */
export async function closeOver<T extends Drained>(
  all: Iterable<T>,
  overMs: number,
  close: (one: T) => void,
): Promise<void> {
  const start = performance.now();
  let waiting = planned(all, overMs);
  for (;;) {
    const elapsed = performance.now() - start;
    for (const { one, at } of waiting) {
      if (at > elapsed) break;
      close(one);
    }
    waiting = waiting.filter(({ one }) => !one.isClosed);
    const [next] = waiting;
    if (next === undefined) return;
    await sleep(Math.min(STEP_MS, Math.max(1, next.at - elapsed)));
  }
}

function planned<T>(all: Iterable<T>, overMs: number): readonly { readonly one: T; readonly at: number }[] {
  const order = [...all].map((one) => ({ one, order: Math.random() })).sort((a, b) => a.order - b.order);
  const shareMs = overMs / order.length;
  return order.map(({ one }, place) => ({ one, at: (place + Math.random()) * shareMs }));
}

// This timer does keep the process alive: the drain is what it waits for.
function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
