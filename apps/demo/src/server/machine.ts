import { cpus, freemem, loadavg, totalmem } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Sample } from "../contract.ts";

/** What the machine says; the rest of a sample is the server's own. */
export type Reading = Pick<Sample, "at" | "cores" | "load" | "memory" | "loopDelayMs">;

interface CoreTimes {
  readonly idle: number;
  readonly total: number;
}

/** The kernel counts CPU time in steps of 10 ms or so: a share of 100 ms would move in tenths. */
const WINDOW_SAMPLES = 5;
const LOOP_RESOLUTION_MS = 5;

/** Reads this machine: processors, load, memory, and how late the event loop is. */
export class Machine {
  readonly #times: CoreTimes[][] = [coreTimes()];
  readonly #loopDelay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });

  constructor() {
    this.#loopDelay.enable();
  }

  /** Shares and delays are over the time since the last calls, so call it at an even pace. */
  read(): Reading {
    const now = coreTimes();
    const before = this.#times[0] ?? now;
    this.#times.push(now);
    if (this.#times.length > WINDOW_SAMPLES) this.#times.shift();
    const total = totalmem();
    const [one = 0, five = 0, fifteen = 0] = loadavg();
    return {
      at: Date.now(),
      cores: now.map((core, index) => busyShare(before[index] ?? core, core)),
      load: [round(one, 2), round(five, 2), round(fifteen, 2)],
      memory: { usedBytes: total - freemem(), totalBytes: total, processBytes: process.memoryUsage.rss() },
      loopDelayMs: this.#takeLoopDelay(),
    };
  }

  close(): void {
    this.#loopDelay.disable();
  }

  #takeLoopDelay(): number {
    // The histogram holds whole intervals between its timer's firings: what is above the interval is delay.
    const worst = this.#loopDelay.max / 1e6 - LOOP_RESOLUTION_MS;
    const counted = this.#loopDelay.count > 0;
    this.#loopDelay.reset();
    return counted ? round(Math.max(0, worst), 2) : 0;
  }
}

function coreTimes(): CoreTimes[] {
  return cpus().map(({ times }) => ({
    idle: times.idle,
    total: times.user + times.nice + times.sys + times.irq + times.idle,
  }));
}

function busyShare(before: CoreTimes, after: CoreTimes): number {
  const total = after.total - before.total;
  if (total <= 0) return 0;
  return round(Math.min(1, Math.max(0, 1 - (after.idle - before.idle) / total)), 3);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
