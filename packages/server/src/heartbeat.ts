import { MAX_RETRY_MS } from "@sse/protocol";
import { letGo } from "./timing.ts";

const MAX_SLOTS = 16;

/** Whoever is rung. An object's own method, since a function of its own for each would take more than its alarm. */
export interface Rung {
  ring(): void;
}

/**
 * One timer for everything that waits for the same time: members that were quiet for the interval are rung, at most
 * a sixteenth of it early and never later than the event loop allows. Touching a member costs an assignment.
 */
export class Wheel {
  readonly #slots: Alarm[][];
  readonly #tickMs: number;
  readonly #onEmpty: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  #size = 0;
  /** How many times the wheel has moved. */
  tick = 0;

  constructor(intervalMs: number, onEmpty: () => void = () => {}) {
    const slots = Math.max(1, Math.min(MAX_SLOTS, Math.floor(intervalMs)));
    this.#slots = Array.from({ length: slots }, () => []);
    this.#tickMs = Math.min(intervalMs / slots, MAX_RETRY_MS); // past 2^31 - 1 timers fire at once
    this.#onEmpty = onEmpty;
  }

  add(alarm: Alarm): void {
    this.#put(alarm);
    if (this.#size++ > 0) return;
    this.#timer = setInterval(() => this.#turn(), this.#tickMs);
    letGo(this.#timer);
  }

  delete(alarm: Alarm): void {
    const slot = this.#slotAt(alarm.slot);
    // One that is rung just now stands in no slot.
    if (slot[alarm.place] === alarm) takeOut(slot, alarm);
    if (--this.#size > 0) return;
    clearInterval(this.#timer);
    this.#onEmpty();
  }

  #put(alarm: Alarm): void {
    alarm.slot = alarm.touched;
    alarm.place = this.#slotAt(alarm.slot).push(alarm) - 1;
  }

  #slotAt(tick: number): Alarm[] {
    return this.#slots[tick % this.#slots.length]!; // the remainder is always an index
  }

  #turn(): void {
    this.tick++;
    const due = this.#slotAt(this.tick);
    this.#slots[this.tick % this.#slots.length] = [];
    for (const alarm of due) {
      if (alarm.stopped) continue; // by one that was rung before it
      if (this.tick - alarm.touched >= this.#slots.length) alarm.ringAt(this.tick);
      if (!alarm.stopped) this.#put(alarm);
    }
  }
}

/** The last one takes the place that becomes free. */
function takeOut(slot: Alarm[], alarm: Alarm): void {
  const last = slot.pop();
  if (last === undefined || last === alarm) return;
  slot[alarm.place] = last;
  last.place = alarm.place;
}

const STOPPED = -1;

/** One member of a wheel: rung when it was not touched for the wheel's interval, again and again. */
export class Alarm {
  readonly #wheel: Wheel;
  readonly #rung: Rung;
  touched: number;
  /** Where it stands; kept by the wheel. */
  slot = 0;
  place = 0;

  constructor(wheel: Wheel, rung: Rung) {
    this.#wheel = wheel;
    this.#rung = rung;
    this.touched = wheel.tick;
    wheel.add(this);
  }

  get stopped(): boolean {
    return this.place === STOPPED;
  }

  touch(): void {
    this.touched = this.#wheel.tick;
  }

  /** For the wheel. */
  ringAt(tick: number): void {
    this.touched = tick;
    this.#rung.ring();
  }

  stop(): void {
    if (this.stopped) return;
    this.#wheel.delete(this);
    this.place = STOPPED;
  }
}

const wheels: Map<number, Wheel> = new Map();
// A timer of one request cannot write to the response of another there.
const isWorkerd: boolean = globalThis.navigator?.userAgent === "Cloudflare-Workers";

/** Rings after every interval in which it was not touched. All alarms of an interval share one timer. */
export function startAlarm(intervalMs: number, ring: Rung | (() => void)): Alarm {
  const rung = typeof ring === "function" ? { ring } : ring;
  if (isWorkerd) return new Alarm(new Wheel(intervalMs), rung);
  let wheel = wheels.get(intervalMs);
  if (wheel === undefined) {
    wheel = new Wheel(intervalMs, () => wheels.delete(intervalMs));
    wheels.set(intervalMs, wheel);
  }
  return new Alarm(wheel, rung);
}
