/** What a liveness watch goes by. */
export interface LivenessRules {
  /** The silence that means death, "auto" to learn it, `false` for never. */
  readonly idleTimeoutMs: number | "auto" | false;
  /** Whether regular comments count as heartbeats that nobody announced. */
  readonly guess: boolean;
}

const FACTOR = 2.5;
const MIN_ANNOUNCED_MS = 5000;
const MIN_GUESSED_MS = 30_000;
/** From here on a timer is late because something blocked the process, and not by its nature. */
const LATE_MS = 100;
const MOMENT_MS = 1000;
/** So many late timers one after the other, and the silence counts however busy this process is. */
const MAX_MOMENTS = 4;

/**
 * Ends a stream that fell silent: a half-open connection never errors by itself. The clock is monotonic and
 * stands still while the consumer is not reading. One timer at most, which a byte does not touch.
 */
export class Liveness {
  readonly #guess: boolean;
  readonly #auto: boolean;
  readonly #onIdle: (idleMs: number) => void;
  #timeoutMs: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = 0;
  #lastByte: number = performance.now();
  #pausedAt: number | undefined;
  #moments = 0;
  #lastComment: number | undefined;
  #lastInterval: number | undefined;

  constructor(rules: LivenessRules, onIdle: (idleMs: number) => void) {
    this.#auto = rules.idleTimeoutMs === "auto";
    this.#guess = this.#auto && rules.guess;
    this.#onIdle = onIdle;
    if (typeof rules.idleTimeoutMs === "number") this.#setTimeout(rules.idleTimeoutMs);
  }

  /** Bytes came. */
  touch(): void {
    this.#lastByte = performance.now();
    this.#moments = 0;
  }

  /** The server said how often it will be heard. */
  announce(heartbeatMs: number): void {
    if (this.#auto && heartbeatMs > 0) this.#setTimeout(Math.max(MIN_ANNOUNCED_MS, heartbeatMs) * FACTOR);
  }

  /** A comment came. Three in a regular rhythm are heartbeats. */
  comment(): void {
    if (!this.#guess || this.#timeoutMs !== undefined) return;
    const now = performance.now();
    const interval = this.#lastComment === undefined ? undefined : now - this.#lastComment;
    const before = this.#lastInterval;
    this.#lastComment = now;
    this.#lastInterval = interval;
    if (interval === undefined || before === undefined || Math.min(interval, before) < 1000) return;
    const longer = Math.max(interval, before);
    if (longer <= 1.25 * Math.min(interval, before)) {
      this.#setTimeout(Math.max(MIN_GUESSED_MS, longer * FACTOR));
    }
  }

  /** The consumer is busy: bytes may wait unread, so their absence says nothing. */
  pause(): void {
    this.#pausedAt ??= performance.now();
    clearTimeout(this.#timer);
  }

  resume(): void {
    if (this.#pausedAt === undefined) return;
    this.#lastByte += performance.now() - this.#pausedAt;
    this.#pausedAt = undefined;
    this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timeoutMs = undefined;
  }

  #setTimeout(ms: number): void {
    this.#timeoutMs = ms;
    this.#arm();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#timeoutMs === undefined || this.#pausedAt !== undefined) return;
    this.#wait(Math.max(0, this.#lastByte + this.#timeoutMs - performance.now()));
  }

  #wait(ms: number): void {
    this.#due = performance.now() + ms;
    // More than a timer holds is never reached: no stream is silent for 24 days and alive.
    this.#timer = setTimeout(() => this.#check(), Math.min(ms, 2_147_483_647));
  }

  #check(): void {
    if (this.#timeoutMs === undefined) return;
    const now = performance.now();
    const idleMs = now - this.#lastByte;
    if (idleMs < this.#timeoutMs) {
      this.#arm();
      return;
    }
    // A late timer means that the process slept, or that a handler took long: bytes may lie in the socket. They get
    // one more moment, and another one where that came late itself.
    if (now - this.#due > LATE_MS && this.#moments < MAX_MOMENTS) {
      this.#moments++;
      this.#wait(Math.min(MOMENT_MS, this.#timeoutMs));
      return;
    }
    this.stop();
    this.#onIdle(idleMs);
  }
}
