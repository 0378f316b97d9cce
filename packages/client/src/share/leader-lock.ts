/** What the holder of a lock hears. */
export interface LockEvents {
  /** The lock is ours, until it is released or lost. */
  onGranted(): void;
  /** Another tab took it away. */
  onLost(): void;
  /** There are no locks here after all: a sandboxed page, for one. */
  onUnavailable(): void;
}

interface Turn {
  readonly waiting: AbortController;
  readonly held: Promise<void>;
  readonly release: () => void;
}

/** One tab's part in a Web Lock: it waits for it, holds it, gives it back, or takes it from another. */
export class LeaderLock {
  readonly #name: string;
  readonly #events: LockEvents;
  #turn: Turn | undefined;
  /** The turn that was granted. */
  #granted: Turn | undefined;

  constructor(name: string, events: LockEvents) {
    this.#name = name;
    this.#events = events;
  }

  /** Whether it is ours, as far as this tab has heard. */
  get isHeld(): boolean {
    return this.#turn !== undefined && this.#turn === this.#granted;
  }

  /** Waits behind all other tabs. */
  queue(): void {
    const turn = this.#begin();
    this.#request({ signal: turn.waiting.signal }, turn);
  }

  /** Takes it now, whoever holds it. */
  steal(): void {
    this.#request({ steal: true }, this.#begin());
  }

  /** Gives it back, or stops waiting for it. The next tab has it in the same moment. */
  release(): void {
    const turn = this.#turn;
    this.#turn = undefined;
    turn?.waiting.abort();
    turn?.release();
  }

  #begin(): Turn {
    this.release();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#turn = { waiting: new AbortController(), held, release };
    return this.#turn;
  }

  #request(options: LockOptions, turn: Turn): void {
    const granted = () => {
      if (this.#turn !== turn) return undefined; // given up in the meantime
      this.#granted = turn;
      this.#events.onGranted();
      return turn.held;
    };
    navigator.locks.request(this.#name, options, granted).catch((cause: unknown) => {
      if (this.#turn !== turn) return;
      this.#turn = undefined;
      if (cause instanceof DOMException && cause.name === "AbortError") this.#events.onLost();
      else this.#events.onUnavailable();
    });
  }
}
