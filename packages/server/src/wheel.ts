/** Something that is looked at when its time has come. */
export interface Timed {
  /** Called at or a little before the time; returns the next time in the wheel's milliseconds, or 0 for never. */
  onTime(now: number): number;
}

const SLOTS = 64;

/**
 * One timer for any number of tasks: heartbeats, stalls, rotations. A task is looked at up to one tick early. The
 * timer runs only while there are tasks and never keeps a process alive.
 */
export class TimerWheel {
  readonly #tickMs: number;
  readonly #slots: Set<Timed>[] = Array.from({ length: SLOTS }, () => new Set<Timed>());
  readonly #places = new Map<Timed, Set<Timed>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastTick = 0;

  constructor(tickMs: number) {
    this.#tickMs = tickMs;
  }

  /** Milliseconds that only go forward. */
  now(): number {
    return performance.now();
  }

  /** Looks at the task at this time instead of when it was to be. */
  schedule(task: Timed, at: number): void {
    this.cancel(task);
    if (this.#timer === undefined) this.#lastTick = this.#tickOf(this.now());
    const ahead = Math.min(Math.max(this.#tickOf(at) - this.#lastTick, 1), SLOTS - 1);
    const slot = this.#slots[(this.#lastTick + ahead) % SLOTS] as Set<Timed>;
    slot.add(task);
    this.#places.set(task, slot);
    this.#timer ??= this.#start();
  }

  cancel(task: Timed): void {
    this.#places.get(task)?.delete(task);
    this.#places.delete(task);
  }

  #start(): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => this.#turn(), this.#tickMs);
    // Sockets keep a server alive, its heartbeats must not. Not every runtime's timers have this.
    (timer as { unref?: () => void }).unref?.();
    return timer;
  }

  #turn(): void {
    const now = this.now();
    const current = this.#tickOf(now);
    // After a long pause every slot is due once.
    const first = Math.max(this.#lastTick + 1, current - SLOTS + 1);
    this.#lastTick = current;
    this.#timer = this.#start();
    for (let tick = first; tick <= current; tick++)
      this.#lookAt(this.#slots[tick % SLOTS] as Set<Timed>, now);
    if (this.#places.size === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
  }

  #lookAt(slot: Set<Timed>, now: number): void {
    for (const task of [...slot]) {
      if (this.#places.get(task) !== slot) continue; // it was cancelled by one before it
      this.cancel(task);
      const next = task.onTime(now);
      if (next > 0) this.schedule(task, next);
    }
  }

  #tickOf(time: number): number {
    return Math.floor(time / this.#tickMs);
  }
}

const wheels = new Map<number, TimerWheel>();

/** The wheel that is fine enough for this interval: one a process for all streams of the usual intervals. */
export function wheelFor(intervalMs: number): TimerWheel {
  const tickMs = intervalMs === 0 || intervalMs >= 4000 ? 500 : Math.max(5, Math.floor(intervalMs / 8));
  let wheel = wheels.get(tickMs);
  if (wheel === undefined) {
    wheel = new TimerWheel(tickMs);
    wheels.set(tickMs, wheel);
  }
  return wheel;
}
