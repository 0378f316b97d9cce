/** An event on its way to a consumer, with the position that taking it means. */
export interface Queued<E> {
  readonly event: E;
  lastEventId: string;
}

/**
 * Events between a stream and one iterator. It does not drop and does not bound itself: whoever fills it waits for
 * `whenEmpty` before reading on, so it holds no more than one chunk's events.
 */
export class EventQueue<E> {
  #items: Queued<E>[] = [];
  #next = 0;
  #takers: ((item: Queued<E> | undefined) => void)[] = [];
  #emptied: (() => void) | undefined;
  #whenEmpty: Promise<void> | undefined;
  #ended = false;

  get isEmpty(): boolean {
    return this.#next >= this.#items.length;
  }

  push(event: E, lastEventId: string): void {
    if (this.#ended) return;
    const item = { event, lastEventId };
    const taker = this.#takers.shift();
    if (taker === undefined) this.#items.push(item);
    else taker(item);
  }

  /** The position moved behind the last event. False: there is none in the queue. */
  move(lastEventId: string): boolean {
    const last = this.isEmpty ? undefined : this.#items.at(-1);
    if (last !== undefined) last.lastEventId = lastEventId;
    return last !== undefined;
  }

  /** The next event, when there is one; nothing when the queue ended. `onTake` runs at the moment of taking. */
  take(onTake: (item: Queued<E>) => void): Promise<E | undefined> | E | undefined {
    const item = this.#shift();
    if (item !== undefined) {
      onTake(item);
      return item.event;
    }
    if (this.#ended) return undefined;
    return new Promise((resolve) => {
      this.#takers.push((taken) => {
        if (taken !== undefined) onTake(taken);
        resolve(taken?.event);
      });
    });
  }

  /** A promise while events wait to be taken. */
  whenEmpty(): Promise<void> | undefined {
    if (this.isEmpty || this.#ended) return undefined;
    this.#whenEmpty ??= new Promise((resolve) => {
      this.#emptied = resolve;
    });
    return this.#whenEmpty;
  }

  /** No more events. What is queued can still be taken, unless it is discarded. */
  end(discard: boolean): void {
    this.#ended = true;
    if (discard) this.#items = [];
    for (const taker of this.#takers.splice(0)) taker(undefined);
    this.#signalEmpty();
  }

  #shift(): Queued<E> | undefined {
    const item = this.#items[this.#next];
    if (item === undefined) return undefined;
    this.#next++;
    if (this.isEmpty) {
      this.#items = [];
      this.#next = 0;
      this.#signalEmpty();
    }
    return item;
  }

  #signalEmpty(): void {
    this.#emptied?.();
    this.#emptied = undefined;
    this.#whenEmpty = undefined;
  }
}
