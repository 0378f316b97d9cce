import type { HubHooks } from "./hub-options.ts";

/** Tells hooks and `onError` what happens; what they throw themselves harms nobody. */
export class Reporter {
  readonly #hooks: HubHooks | undefined;
  readonly #onError: (error: unknown) => void;

  constructor(hooks: HubHooks | undefined, onError: (error: unknown) => void) {
    this.#hooks = hooks;
    this.#onError = onError;
  }

  tell(tell: (hooks: HubHooks) => void): void {
    if (this.#hooks === undefined) return;
    try {
      tell(this.#hooks);
    } catch (error) {
      this.report(error);
    }
  }

  /** Bound, for whoever reports later. What the reporter itself throws must not end the process. */
  readonly report = (error: unknown): void => {
    try {
      this.#onError(error);
    } catch (thrown) {
      console.error(thrown);
    }
  };
}
