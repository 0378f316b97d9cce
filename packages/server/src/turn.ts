/**
 * Runs a callback once the current turn of the event loop is over, and the promises that were settled in it: what
 * was written in one turn can then leave in one write.
 */
export function afterTurn(callback: () => void): void {
  // `setImmediate` is there on Node, Deno and Bun; where it is not, a timer does the same, a little later.
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
  if (setImmediate === undefined) setTimeout(callback, 0);
  else setImmediate(callback);
}
