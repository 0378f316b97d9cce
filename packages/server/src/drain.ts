/** How often a drain acts, at most. */
const STEP_MS = 20;

/** Closes these one after the other, in no order that a client could foresee, spread evenly over a time. */
export async function closeOver<T>(all: Iterable<T>, overMs: number, close: (one: T) => void): Promise<void> {
  const waiting = shuffled(all);
  const count = waiting.length;
  const start = performance.now();
  while (waiting.length > 0) {
    const elapsed = performance.now() - start;
    const stay = elapsed >= overMs ? 0 : Math.floor(count * (1 - elapsed / overMs));
    for (const one of waiting.splice(stay)) close(one);
    if (waiting.length > 0) await sleep(Math.min(STEP_MS, overMs - elapsed));
  }
}

function shuffled<T>(all: Iterable<T>): T[] {
  return [...all]
    .map((one) => ({ one, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ one }) => one);
}

// This timer does keep the process alive: the drain is what it waits for.
function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
