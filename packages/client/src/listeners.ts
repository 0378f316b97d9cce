import { reportException } from "./report-exception.ts";

interface Entry<E> {
  readonly listener: (event: E) => void;
}

/** The listeners of one subscription by event type, "*" for all. What they throw is reported and goes no further. */
export class Listeners<E> {
  readonly #byType: Map<string, Set<Entry<E>>> = new Map();
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Returns the function that takes the listener away; later calls of it do nothing. */
  add(type: string, listener: (event: E) => void): () => void {
    const entries = this.#byType.get(type) ?? new Set();
    this.#byType.set(type, entries);
    const entry = { listener };
    entries.add(entry);
    this.#count++;
    return () => {
      if (entries.delete(entry)) this.#count--;
    };
  }

  /** Calls the listeners of exactly this type, in the order in which they were added. */
  emit(type: string, event: E): void {
    const entries = this.#byType.get(type);
    if (entries === undefined) return;
    // A copy: listeners that are added or taken away while this event is told do not change who hears it.
    for (const entry of entries.size === 1 ? entries : [...entries]) {
      try {
        entry.listener(event);
      } catch (thrown) {
        reportException(thrown);
      }
    }
  }

  clear(): void {
    this.#byType.clear();
    this.#count = 0;
  }
}
