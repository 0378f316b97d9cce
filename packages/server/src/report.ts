/**
 * Calls what a user gave; whatever it throws, or rejects with where it is an async function, is reported and harms
 * nobody.
 */
export function callGuarded(call: () => unknown, report: (error: unknown) => void): void {
  try {
    const result = call();
    if (result instanceof Promise) result.catch(report);
  } catch (error) {
    report(error);
  }
}

/** A reporter that can be called from anywhere: one that fails itself must not end the process. */
export function reportTo(onError: (error: unknown) => void): (error: unknown) => void {
  return (error) => callGuarded(() => onError(error), logThrown);
}

/** What a reporter failed with. */
export function logThrown(error: unknown): void {
  console.error(error);
}
