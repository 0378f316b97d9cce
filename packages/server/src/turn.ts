/** Something that has bytes to write at the end of the turn. */
export interface Flushable {
  flush(): void;
}

type Immediate = (callback: () => void) => unknown;

/**
 * Everything that is sent in one turn of the event loop leaves together: connections that have something to write
 * gather here and are flushed once, in a task of its own after the present one.
 */
class Turn {
  #waiting: Flushable[] = [];

  add(connection: Flushable): void {
    if (this.#waiting.push(connection) === 1) defer(() => this.#flush());
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const connection of waiting) connection.flush();
  }
}

// setTimeout waits a millisecond at the least where setImmediate does not; browsers' workers have only the former.
function defer(callback: () => void): void {
  const immediate = (globalThis as { setImmediate?: Immediate }).setImmediate;
  if (immediate !== undefined) immediate(callback);
  else setTimeout(callback, 0);
}

export const turn: Turn = new Turn();
