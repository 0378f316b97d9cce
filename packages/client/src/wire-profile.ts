import {
  ConnectionError,
  END_TYPE,
  ERROR_TYPE,
  GAP_TYPE,
  MARK_TYPE,
  REAUTH_TYPE,
  type ServerSentEvent,
  SseError,
} from "@sse/protocol";
import type { Position } from "./position.ts";

/** What an event of a stream is: one to show, one that was seen or only moved the position, the end, or a reason. */
export type Reading = "show" | "skip" | "end" | SseError;

/**
 * How one stream of our wire profile is read (PROTOCOL.md).
 *
 * On a stream that said so and opened with a log position (`sse.mark` or `sse.gap`), ids are `<epoch>.<offset>` and
 * only grow, so a block at or before the position is one that was seen already. All other ids are opaque.
 */
export class WireProfile {
  readonly #url: string;
  readonly #position: Position;
  /** Whether this stream's ids are positions in a log. */
  #ordered = false;
  /** The position that was resumed, while nothing moved since: then the block at it is a repetition, too. */
  readonly #resumed: string;
  #moved = false;
  #seen = false;
  /** State fills a gap that gave no position: the mark that ends it may lead backwards. */
  #healing = false;
  /** The id that was compared last: as a rule it is the position by the next one. */
  #last: LogId | undefined;

  /** `url` is for messages. */
  constructor(url: string, position: Position) {
    this.#url = url;
    this.#position = position;
    this.#resumed = position.received;
  }

  /** Whether this stream's ids are positions in a log, which can be compared. */
  get ordered(): boolean {
    return this.#ordered;
  }

  /** A block's own id came. False: the block was seen already, and the position stays. */
  isNew(id: string): boolean {
    this.#seen = this.#ordered && this.#isBehind(id);
    if (!this.#seen && id !== this.#resumed) this.#moved = true;
    return !this.#seen;
  }

  /** The block's event, right after its id. `announced`: the stream said that it is of the profile. */
  read(event: ServerSentEvent, announced: boolean): Reading {
    const seen = this.#seen;
    this.#seen = false;
    switch (event.type) {
      case MARK_TYPE:
        this.#ordered = announced;
        if (this.#healing) this.#position.adopt(event.lastEventId);
        this.#healing = false;
        return "skip";
      case GAP_TYPE:
        // A gap may lead backwards, and what follows it is new, also at its own id.
        this.#ordered = announced;
        this.#moved = true;
        this.#healing = event.lastEventId === this.#position.received;
        this.#position.adopt(event.lastEventId);
        return "show";
      case END_TYPE:
        return "end";
      case REAUTH_TYPE: {
        const message = `${this.#url} ended the grant and asks for other credentials.`;
        return new ConnectionError("response-refused", message, {
          url: this.#url,
          status: 401,
          retryable: true,
        });
      }
      case ERROR_TYPE: {
        const id = /"id": *"([^"]*)"/.exec(event.data)?.[1] ?? event.data;
        const message = `The producer of ${this.#url} failed; the server logged it as ${id.slice(0, 200)}.`;
        return new SseError("server-error", message, { retryable: true });
      }
    }
    // An instruction that this version does not know is for a later one.
    return seen || event.type.startsWith("sse.") ? "skip" : "show";
  }

  #isBehind(id: string): boolean {
    const { received } = this.#position;
    const now = this.#last?.id === received ? this.#last : parse(received);
    const then = parse(id);
    this.#last = then;
    if (now === undefined || then === undefined || now.epoch !== then.epoch) return false;
    return then.offset < now.offset || (!this.#moved && then.offset === now.offset);
  }
}

/** Whether one position of a log is another or before it. False where they cannot be compared. */
export function isAtOrBefore(id: string, position: string): boolean {
  const [then, now] = [parse(id), parse(position)];
  return then !== undefined && now !== undefined && then.epoch === now.epoch && then.offset <= now.offset;
}

interface LogId {
  readonly id: string;
  readonly epoch: string;
  readonly offset: number;
}

function parse(id: string): LogId | undefined {
  const found = /^([^.]+)\.(\d{1,15})$/.exec(id);
  return found === null ? undefined : { id, epoch: found[1] ?? "", offset: Number(found[2]) };
}
