import type { Socket } from "node:net";
import type { DirectionPlan, Ending } from "./plan.ts";

/** What a pipe tells its connection. */
export interface PipeEvents {
  passed(bytes: number): void;
  cut(ending: Ending): void;
}

/** One direction of one connection: reads a piece, does to it what the plan says, then reads the next. */
export class Pipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #plan: DirectionPlan;
  readonly #events: PipeEvents;
  #bytes = 0;
  #paused = false;
  #resume: (() => void) | undefined;

  constructor(from: Socket, to: Socket, plan: DirectionPlan, events: PipeEvents) {
    this.#from = from;
    this.#to = to;
    this.#plan = plan;
    this.#events = events;
  }

  /** Holds every byte back from now on; both sockets stay open. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#resume?.();
    this.#resume = undefined;
  }

  async run(): Promise<void> {
    if (this.#plan.cutAfterBytes === 0) {
      this.#events.cut(this.#plan.ending ?? "fin");
      return;
    }
    try {
      // A socket iterates over its chunks, and reads no further while one is being passed on.
      for await (const chunk of this.#from.iterator({ destroyOnReturn: false })) {
        // Nothing sets an encoding, therefore chunks are bytes.
        if (!(await this.#pass(chunk as Buffer))) return;
      }
      this.#to.end();
    } catch {
      // The other side was reset: so is this one.
      this.#events.cut("rst");
    }
  }

  /** False: the connection has ended, or will never say anything again. */
  async #pass(chunk: Buffer): Promise<boolean> {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#paused) await new Promise<void>((resolve) => (this.#resume = resolve));
      if (this.#to.destroyed) return false;
      const silent = (this.#plan.silentAfterBytes ?? Number.POSITIVE_INFINITY) - this.#bytes;
      if (silent <= 0) {
        this.#from.resume();
        return false;
      }
      const cut = (this.#plan.cutAfterBytes ?? Number.POSITIVE_INFINITY) - this.#bytes;
      const size = Math.min(rest.length, silent, cut, this.#plan.dribbleBytes ?? rest.length);
      const piece = rest.subarray(0, size);
      rest = rest.subarray(size);
      await this.#wait(size);
      await this.#write(piece);
      this.#bytes += size;
      this.#events.passed(size);
      if (size === cut) {
        this.#events.cut(this.#plan.ending ?? "fin");
        return false;
      }
    }
    return true;
  }

  async #wait(size: number): Promise<void> {
    const limit = this.#plan.bytesPerSecond;
    const ms = (this.#plan.delayMs ?? 0) + (limit === undefined ? 0 : (size / limit) * 1000);
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
    else if (this.#plan.dribbleBytes !== undefined) await new Promise((resolve) => setImmediate(resolve));
  }

  #write(piece: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#to.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  }
}
