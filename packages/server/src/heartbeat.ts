import { letGo } from "./timing.ts";

const MAX_SLOTS = 16;

/**
 * One timer for everything that waits for the same time: members that were quiet for the interval are rung, at most
 * a sixteenth of it early and never later than the event loop allows. Touching a member costs an assignment.
 */
export class Wheel {
  readonly #slots: Set<Alarm>[];
  readonly #tickMs: number;
  readonly #onEmpty: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  #size = 0;
  /** How many times the wheel has moved. */
  tick = 0;

  constructor(intervalMs: number, onEmpty: () => void = () => {}) {
    const slots = Math.max(1, Math.min(MAX_SLOTS, Math.floor(intervalMs)));
    this.#slots = Array.from({ length: slots }, () => new Set());
    this.#tickMs = intervalMs / slots;
    this.#onEmpty = onEmpty;
  }

  add(alarm: Alarm): void {
    this.#slot(alarm.touched).add(alarm);
    if (this.#size++ > 0) return;
    this.#timer = setInterval(() => this.#turn(), this.#tickMs);
    letGo(this.#timer);
  }

  delete(alarm: Alarm, slot: number): void {
    this.#slot(slot).delete(alarm);
    if (--this.#size > 0) return;
    clearInterval(this.#timer);
    this.#onEmpty();
  }

  #slot(tick: number): Set<Alarm> {
    return this.#slots[tick % this.#slots.length]!; // the remainder is always an index
  }

  #turn(): void {
    this.tick++;
    const due = this.#slot(this.tick);
    this.#slots[this.tick % this.#slots.length] = new Set();
    for (const alarm of due) {
      if (alarm.stopped) continue; // by one that was rung before it
      if (this.tick - alarm.touched >= this.#slots.length) alarm.ringAt(this.tick);
      if (alarm.stopped) continue;
      alarm.slot = alarm.touched;
      this.#slot(alarm.slot).add(alarm);
    }
  }
}

/** One member of a wheel: rung when it was not touched for the wheel's interval, again and again. */
export class Alarm {
  readonly #wheel: Wheel;
  readonly #ring: () => void;
  touched: number;
  slot: number;
  stopped = false;

  constructor(wheel: Wheel, ring: () => void) {
    this.#wheel = wheel;
    this.#ring = ring;
    this.touched = this.slot = wheel.tick;
    wheel.add(this);
  }

  touch(): void {
    this.touched = this.#wheel.tick;
  }

  /** For the wheel. */
  ringAt(tick: number): void {
    this.touched = tick;
    this.#ring();
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.#wheel.delete(this, this.slot);
  }
}

const wheels: Map<number, Wheel> = new Map();
// A timer of one request cannot write to the response of another there.
const isWorkerd: boolean = globalThis.navigator?.userAgent === "Cloudflare-Workers";

/** Rings after every interval in which it was not touched. All alarms of an interval share one timer. */
export function startAlarm(intervalMs: number, ring: () => void): Alarm {
  if (isWorkerd) return new Alarm(new Wheel(intervalMs), ring);
  let wheel = wheels.get(intervalMs);
  if (wheel === undefined) {
    wheel = new Wheel(intervalMs, () => wheels.delete(intervalMs));
    wheels.set(intervalMs, wheel);
  }
  return new Alarm(wheel, ring);
}
