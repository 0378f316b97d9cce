import { type Alarm, startAlarm } from "./heartbeat.ts";

/** What is watched: how many bytes wait for the client now. */
export interface Waiting {
  readonly waitingBytes: number;
}

/**
 * Whether a client takes anything while bytes wait for it: one that takes a little is slow, one that takes nothing
 * for the time is stalled. The clock runs only while bytes wait.
 */
export class StallWatch {
  readonly #waiting: Waiting;
  readonly #maxStallMs: number | false;
  readonly #onStalled: () => void;
  #alarm: Alarm | undefined;
  /** What waited when it was last looked at. */
  #before = 0;

  /** False: nobody is watched. */
  constructor(waiting: Waiting, maxStallMs: number | false, onStalled: () => void) {
    this.#waiting = waiting;
    this.#maxStallMs = maxStallMs;
    this.#onStalled = onStalled;
  }

  /** Bytes wait, and more of them than a moment ago. */
  start(): void {
    if (this.#maxStallMs === false) return;
    this.#before = this.#waiting.waitingBytes;
    this.#alarm ??= startAlarm(this.#maxStallMs, () => this.#look());
  }

  stop(): void {
    this.#alarm?.stop();
    this.#alarm = undefined;
  }

  #look(): void {
    const { waitingBytes } = this.#waiting;
    const takes = waitingBytes < this.#before;
    this.#before = waitingBytes;
    if (takes) return;
    this.stop();
    this.#onStalled();
  }
}
