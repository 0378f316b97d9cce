import type { ReplayPage } from "./backplane.ts";
import type { Position } from "./message.ts";

/** How many pages are asked of a store at a time. A store reads them one after the other anyway. */
const AT_A_TIME = 8;

/**
 * When a server is replaced, all its clients come back at once, many of them for the same page. The same page is asked
 * for once, and no more pages at a time than a store answers soon: what waits here runs into no timeout.
 */
export class ReplayGate {
  readonly #asked = new Map<string, Promise<ReplayPage>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  ask(
    after: Position,
    channels: readonly string[],
    maxBytes: number,
    read: () => Promise<ReplayPage>,
  ): Promise<ReplayPage> {
    const name = JSON.stringify([after.epoch, after.offset, maxBytes, channels]);
    const asked = this.#asked.get(name) ?? this.#take(read).finally(() => this.#asked.delete(name));
    this.#asked.set(name, asked);
    return asked;
  }

  async #take(read: () => Promise<ReplayPage>): Promise<ReplayPage> {
    if (this.#running >= AT_A_TIME) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await read();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
