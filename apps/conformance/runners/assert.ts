/** @throws Error that shows both, as JSON, where they differ */
export function same(actual: unknown, expected: unknown, what = "it"): void {
  const [is, should] = [show(actual), show(expected)];
  if (is !== should) throw new Error(`${what} is ${is}, not ${should}`);
}

export function holds(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

/** What the function throws. @throws Error where it throws nothing */
export function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (thrown) {
    return thrown;
  }
  throw new Error("nothing was thrown");
}

function show(value: unknown): string {
  return value === undefined
    ? "undefined"
    : JSON.stringify(value, (_key, one) => (one === undefined ? "undefined" : one));
}
