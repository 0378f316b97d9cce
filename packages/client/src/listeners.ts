import { InvalidOptionError } from "@sse/protocol";
import { guarded } from "./report-exception.ts";

interface Entry<E> {
  readonly call: (event: E) => void;
  readonly onGone: () => void;
}

/**
 * The listeners of one subscription by event type, "*" for all. What they throw is reported and goes no further, nor
 * does what their promises reject with.
 */
export class Listeners<E> {
  readonly #byType: Map<string, Set<Entry<E>>> = new Map();
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /**
   * Returns the function that takes the listener away; later calls of it do nothing. `onGone` is called once, when it
   * is taken away or all are.
   * @throws InvalidOptionError
   */
  add(type: string, listener: (event: E) => void, onGone: () => void = () => {}): () => void {
    if (typeof listener !== "function") {
      throw new InvalidOptionError(`A listener is a function, not ${String(listener)}.`);
    }
    const entries = this.#byType.get(type) ?? new Set();
    this.#byType.set(type, entries);
    const entry = { call: guarded(listener), onGone };
    entries.add(entry);
    this.#count++;
    return () => {
      if (!entries.delete(entry)) return;
      this.#count--;
      onGone();
    };
  }

  /** Calls the listeners of exactly this type, in the order in which they were added. */
  emit(type: string, event: E): void {
    const entries = this.#byType.get(type);
    if (entries === undefined) return;
    // A copy, as the DOM does it: who is added while this event is told does not hear it, nor who is taken away.
    for (const entry of [...entries]) if (entries.has(entry)) entry.call(event);
  }

  clear(): void {
    // Also for whom an event is being told.
    for (const entries of this.#byType.values()) {
      for (const { onGone } of entries) onGone();
      entries.clear();
    }
    this.#byType.clear();
    this.#count = 0;
  }
}
