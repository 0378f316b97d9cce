import { Batch } from "./batch.ts";
import type { Frame } from "./frame.ts";
import type { HubConnection } from "./hub-connection.ts";

/** The connections that have the same channels: they get the same bytes. */
export class Audience {
  readonly key: string;
  readonly channels: readonly string[];
  readonly #connections: HubConnection[] = [];
  #waiting: Frame[] = [];

  constructor(key: string, channels: readonly string[]) {
    this.key = key;
    this.channels = channels;
  }

  get isEmpty(): boolean {
    return this.#connections.length === 0;
  }

  get connections(): readonly HubConnection[] {
    return this.#connections;
  }

  add(connection: HubConnection): void {
    connection.place = this.#connections.push(connection) - 1;
  }

  /** The last one takes the place that becomes free. */
  remove(connection: HubConnection): void {
    const last = this.#connections.pop();
    if (last === undefined || last === connection) return;
    this.#connections[connection.place] = last;
    last.place = connection.place;
  }

  /** Keeps a frame for the end of the turn. True: it is the first. */
  push(frame: Frame): boolean {
    return this.#waiting.push(frame) === 1;
  }

  /** Gives every connection what was published in this turn. */
  flush(): void {
    const frames = this.#waiting;
    const [first] = frames;
    if (first === undefined) return;
    this.#waiting = [];
    const batch = new Batch(frames, first);
    // From the end: one that leaves now gives its place to one that has had its turn.
    for (let place = this.#connections.length - 1; place >= 0; place--) {
      this.#connections[place]?.deliver(batch);
    }
  }
}
