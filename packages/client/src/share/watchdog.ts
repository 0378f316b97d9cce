/** The silence after which a leader is asked whether it lives, and how long it has for the answer. */
const QUICK_MS = 700;
/** A stream that is quiet anyway is asked about less and less often, down to this. */
const SLOW_MS = 8000;
/** A timer this late says that this tab slept, or its machine: then the leader gets another chance. */
const LATE_MS = 250;

export interface WatchdogEvents {
  /** Ask the leader. */
  ping(): void;
  /** It did not answer. */
  dead(): void;
}

/** Notices a leader that is frozen or hangs: its lock is held, and nobody is told. Only visible tabs look. */
export class Watchdog {
  readonly #events: WatchdogEvents;
  readonly #look = () => this.#arm(0);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #patienceMs = QUICK_MS;
  #heardAt = 0;
  #due = 0;
  #asked = false;
  #running = false;

  constructor(events: WatchdogEvents) {
    this.#events = events;
  }

  start(): void {
    this.stop();
    this.#running = true;
    globalThis.document?.addEventListener("visibilitychange", this.#look);
    this.heard(true);
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    globalThis.document?.removeEventListener("visibilitychange", this.#look);
  }

  /** The leader was heard: with news, or only in answer to a question. */
  heard(news: boolean): void {
    this.#heardAt = performance.now();
    this.#asked = false;
    const patienceMs = news ? QUICK_MS : Math.min(SLOW_MS, this.#patienceMs * 2);
    // A running timer sees for itself what was heard, and is only touched where its time is another.
    const same = patienceMs === this.#patienceMs && this.#timer !== undefined;
    this.#patienceMs = patienceMs;
    if (!same) this.#arm(patienceMs);
  }

  #arm(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#running || globalThis.document?.visibilityState === "hidden") return;
    this.#due = performance.now() + ms;
    this.#timer = setTimeout(() => this.#check(), ms);
  }

  #check(): void {
    this.#timer = undefined;
    const now = performance.now();
    const left = this.#heardAt + this.#patienceMs - now;
    if (!this.#asked && left > 0) this.#arm(left);
    else if (this.#asked && now - this.#due < LATE_MS) {
      this.heard(true);
      this.#events.dead();
    } else {
      this.#asked = true;
      this.#events.ping();
      // A little chance, so that not all tabs take the lock in the same moment.
      this.#arm(QUICK_MS + Math.random() * 200);
    }
  }
}
