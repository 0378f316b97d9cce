import { ClosedError, InvalidOptionError, LimitError, serializeEvent } from "@sse/protocol";
import type { Backplane } from "./backplane/backplane.ts";
import { CONTROL_CHANNEL, type Position } from "./backplane/message.ts";
import type { EventWriter } from "./event-writer.ts";
import { encode } from "./frame.ts";
import { NO_CHANNELS, unknownNames } from "./option-names.ts";
import { formatPosition } from "./position.ts";
import { Publication } from "./publication.ts";

/** What may be said of one published event beside its data. */
export interface PublishOptions {
  /** Under `latest`, a newer event of the same channel, type and key replaces this one while it waits for a client. Default: none. */
  readonly key?: string | undefined;
  /** Publishing again with the same key appends nothing and resolves with the first id: makes a retry safe. Default: none. */
  readonly idempotencyKey?: string | undefined;
  /** Only this principal's connections get it, in every process, now and in a replay. Default: everybody. */
  readonly principal?: string | undefined;
}

/** Known by its identity, so that most events cost no look at the names of their options. */
const NO_OPTIONS: PublishOptions = {};
const NAMES = { key: 0, idempotencyKey: 0, principal: 0, channel: 0 };

/** What a hub with channels is given. */
type Named = PublishOptions & { readonly channel?: unknown };

/** Events into the log: checked and serialized once, in the order of the calls. */
export class Publisher {
  readonly #backplane: Backplane;
  readonly #writer: EventWriter;
  readonly #maxEventBytes: number | false;
  readonly #onError: (error: unknown) => void;
  #published = 0;
  #isClosed = false;

  constructor(
    backplane: Backplane,
    writer: EventWriter,
    maxEventBytes: number | false,
    onError: (error: unknown) => void,
  ) {
    this.#backplane = backplane;
    this.#writer = writer;
    this.#maxEventBytes = maxEventBytes;
    this.#onError = onError;
  }

  get published(): number {
    return this.#published;
  }

  /** Resolves with the id. A rejection that nobody handles is reported, and ends no process. */
  publish(
    channel: unknown,
    type: string,
    data: unknown,
    options: PublishOptions = NO_OPTIONS,
  ): Promise<string> {
    return Publication.of(this.#append(channel, type, data, options), this.#finish, this.#onError);
  }

  close(): void {
    this.#isClosed = true;
  }

  // Runs up to the backplane's call at once, so that the order of calls is the order of the log.
  async #append(channel: unknown, type: string, data: unknown, options: PublishOptions): Promise<Position> {
    if (this.#isClosed) throw new ClosedError("The hub is closed; publish before close().");
    if (typeof channel !== "string") {
      throw new InvalidOptionError(`publish needs a channel, which is a string, not ${typeof channel}.`);
    }
    if (channel === CONTROL_CHANNEL) {
      throw new InvalidOptionError("publish cannot have the channel on which hubs speak to each other.");
    }
    // Never to everybody what a misspelled `principal` was to keep from them.
    if (options !== NO_OPTIONS) {
      const [unknown] = unknownNames("publish", options, NAMES);
      if (unknown !== undefined) throw unknown;
    }
    const { key, idempotencyKey, principal, channel: named = channel } = options as Named;
    if (named !== channel) throw new InvalidOptionError(NO_CHANNELS);
    // Nobody in particular must not become everybody.
    if (principal !== undefined && typeof principal !== "string") {
      throw new InvalidOptionError(
        `principal is a string, not ${principal === null ? "null" : typeof principal}.`,
      );
    }
    const payload = serializeEvent(this.#writer.event(type, data)).toWellFormed();
    this.#checkSize(type, payload);
    // A key counts within its channel and type, and among the events for the same principal.
    const within = principal === undefined ? [channel, type, key] : [channel, type, key, principal];
    const scope = key === undefined ? undefined : JSON.stringify(within);
    const message = { channel, payload, key: scope, end: this.#writer.isEnd(type), principal };
    return this.#backplane.publish(message, idempotencyKey === undefined ? undefined : { idempotencyKey });
  }

  #checkSize(type: string, payload: string): void {
    const limit = this.#maxEventBytes;
    // At most three bytes a unit: most events need no count.
    if (limit === false || payload.length * 3 <= limit) return;
    const size = encode(payload).length;
    if (size <= limit) return;
    throw new LimitError(
      `Event '${type}' has ${size} bytes, more than limits.maxEventBytes, which is ${limit}.`,
      { limit, size },
    );
  }

  readonly #finish = (position: Position): string => {
    this.#published++;
    return formatPosition(position);
  };
}
