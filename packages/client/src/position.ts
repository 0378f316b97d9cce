import { encodeLastEventId } from "@sse/protocol";

/**
 * Where in the stream the client is: the last event ID that was *received*, which reconnections resume after.
 *
 * On a stream of our profile that opened with a log position (`sse.mark` or `sse.gap`), ids are `<epoch>.<offset>`
 * and only grow, so a block at or before the position is one that was seen already. All other ids are opaque.
 */
export class Position {
  #received: string;
  /** Whether this stream's ids are positions in a log. */
  #ordered = false;
  /** Whether nothing moved since the position was sent: then the block at it is a repetition, too. */
  #resumed = false;
  #duplicate = false;

  constructor(received: string) {
    this.#received = received;
  }

  get received(): string {
    return this.#received;
  }

  startStream(): void {
    this.#ordered = false;
    this.#resumed = true;
    this.#duplicate = false;
  }

  /** A block of the stream has this id. False: the id cannot be sent back, and the position stays. */
  commit(id: string): boolean {
    this.#duplicate = this.#ordered && this.#isBehind(id);
    return this.#duplicate || this.adopt(id);
  }

  /** Moves to an id that did not stand on an `id` line. */
  adopt(id: string): boolean {
    if (encodeLastEventId(id) === undefined) return false;
    if (id !== this.#received) this.#resumed = false;
    this.#received = id;
    return true;
  }

  /** From here on this stream's ids are positions in a log. A gap may lead backwards, and what follows is new. */
  order(gapId?: string): void {
    this.#ordered = true;
    if (gapId === undefined) return;
    this.adopt(gapId);
    this.#resumed = false;
    this.#duplicate = false;
  }

  /** Whether the event that belongs to the last committed id was seen already. Answers once. */
  takeDuplicate(): boolean {
    const duplicate = this.#duplicate;
    this.#duplicate = false;
    return duplicate;
  }

  #isBehind(id: string): boolean {
    const now = parse(this.#received);
    const then = parse(id);
    if (now === undefined || then === undefined || now.epoch !== then.epoch) return false;
    return then.offset < now.offset || (this.#resumed && then.offset === now.offset);
  }
}

function parse(id: string): { readonly epoch: string; readonly offset: number } | undefined {
  const found = /^([^.]+)\.(\d{1,15})$/.exec(id);
  return found === null ? undefined : { epoch: found[1] ?? "", offset: Number(found[2]) };
}
