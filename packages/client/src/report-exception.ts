/**
 * Reports what a caller's listener threw, without letting it touch the transport.
 * In pages and workers it is an uncaught exception like that of any listener (`reportError`). Elsewhere it is written
 * to the console: an uncaught exception would end the process, and with it every other connection, and silence would
 * hide the fault.
 */
export function reportException(thrown: unknown): void {
  const page = "document" in globalThis || "WorkerGlobalScope" in globalThis;
  if (page && typeof reportError === "function") reportError(thrown);
  else console.error(thrown);
}

/** Calls a caller's function; what it throws is reported, also what an asynchronous one throws later. */
export function guarded<A extends readonly unknown[]>(
  listener: ((...args: A) => unknown) | undefined,
): (...args: A) => void {
  return (...args) => {
    try {
      const result = listener?.(...args);
      // Not every thenable: asking some of them is what sets them off.
      if (result instanceof Promise) result.catch(reportException);
    } catch (thrown) {
      reportException(thrown);
    }
  };
}
