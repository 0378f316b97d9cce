/**
 * Runs the first of what a chunk brought at once and the others one a task, in pages and workers. There the platform's
 * own events come with a stack that is empty, so that promises settle between two of them, and a loop that awaits one
 * event after the other sees them all. Elsewhere everything runs at once, as it does in those platforms' own events.
 */
export class TaskQueue {
  #later: (() => void)[] = [];
  /** The first of `later` that was not taken: shifting a long array moves all of it. */
  #next = 0;
  #began = false;

  run(task: () => void): void {
    if (this.#began && hasTasks()) this.#later.push(task);
    else task();
    this.#began = true;
  }

  /** The chunk is over. A promise while something of it waits for its task. */
  whenEmpty(): Promise<void> | undefined {
    this.#began = false;
    return this.#later.length === 0 ? undefined : this.#drain();
  }

  /** Runs at once what waits. */
  flush(): void {
    // One after the other: a task may clear those behind it.
    while (this.#later.length > 0) this.#take()?.();
  }

  clear(): void {
    this.#later = [];
    this.#next = 0;
  }

  async #drain(): Promise<void> {
    while (this.#later.length > 0) {
      await nextTask();
      this.#take()?.();
    }
  }

  #take(): (() => void) | undefined {
    const task = this.#later[this.#next++];
    if (this.#next >= this.#later.length) this.clear();
    return task;
  }
}

function hasTasks(): boolean {
  return globalThis.location !== undefined && typeof MessageChannel === "function";
}

let ports: { readonly port1: MessagePort; readonly port2: MessagePort } | undefined;
const waiting: (() => void)[] = [];

// Not a timer: nested ones wait 4 ms at least, and those of hidden pages a second.
function nextTask(): Promise<void> {
  if (ports === undefined) {
    ports = new MessageChannel();
    ports.port1.onmessage = () => waiting.shift()?.();
    // A page that a test plays on a server's platform does not keep its process.
    (ports.port1 as { unref?: () => void }).unref?.();
  }
  const { port2 } = ports;
  return new Promise((resolve) => {
    waiting.push(resolve);
    port2.postMessage(undefined);
  });
}
