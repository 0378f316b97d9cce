import type { HubHooks } from "./hub-options.ts";
import { callGuarded, reportTo } from "./report.ts";

/** Tells hooks and `onError` what happens; what they throw themselves harms nobody. */
export class Reporter {
  readonly #hooks: HubHooks | undefined;
  /** Bound, for whoever reports later. */
  readonly report: (error: unknown) => void;

  constructor(hooks: HubHooks | undefined, onError: (error: unknown) => void) {
    this.#hooks = hooks;
    this.report = reportTo(onError);
  }

  tell(tell: (hooks: HubHooks) => unknown): void {
    const hooks = this.#hooks;
    if (hooks !== undefined) callGuarded(() => tell(hooks), this.report);
  }
}
