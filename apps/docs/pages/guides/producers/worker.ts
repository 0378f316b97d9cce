// worker.ts
type Listener = (percent: number) => void;

/** Something that tells how far it is. */
export class Worker {
  readonly #listeners = new Set<Listener>();

  get watched(): number {
    return this.#listeners.size;
  }

  watch(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(percent: number): void {
    for (const listener of this.#listeners) listener(percent);
  }
}
