/** How often a wait looks at the clocks. */
const LOOK_MS = 1000;

/**
 * The waits between attempts, one at a time. A wait is over by either clock: the monotonic one may stand still while a
 * computer sleeps, and the other one be set back. Not unref'd: a process that waits to reconnect is not idle.
 */
export class Wait {
  readonly #mayEnd: () => boolean;
  #end: () => void = () => {};

  /** `mayEnd`: whether a wait whose time has come is over, or lasts until `end()`. */
  constructor(mayEnd: () => boolean) {
    this.#mayEnd = mayEnd;
  }

  /** Settles when so much time has passed, one turn of the event loop at least, or at `end()`. */
  async over(ms: number): Promise<void> {
    const due = performance.now() + ms;
    const dueByDate = Date.now() + ms;
    await new Promise<void>((resolve) => {
      const look = () => {
        const left = Math.min(due - performance.now(), dueByDate - Date.now());
        if (left > 0) timer = setTimeout(look, Math.min(left, LOOK_MS));
        else if (this.#mayEnd()) resolve();
      };
      let timer = setTimeout(look, Math.min(ms, LOOK_MS));
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#end = () => {};
  }

  /** Ends the wait of now, if there is one. */
  end(): void {
    this.#end();
  }
}
