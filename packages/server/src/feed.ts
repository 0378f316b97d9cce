import { ClosedError, type EventContract, encodeEvent, InvalidEventError, LimitError } from "@sse/protocol";
import type { Backplane, BackplaneListener, LoggedMessage, Position } from "./backplane/backplane.ts";
import { type Frame, frameOf } from "./frame.ts";
import type { HubConnection } from "./hub-connection.ts";
import { formatPosition } from "./position.ts";

const encoder: TextEncoder = new TextEncoder();

export interface FeedOptions {
  readonly events: EventContract;
  readonly backplane: Backplane;
  readonly maxEventBytes: number;
  readonly validate: boolean;
}

/** What was published: events in, by way of the log, and out to the connections of their channels. */
export class Feed implements BackplaneListener {
  readonly #options: FeedOptions;
  readonly #channels = new Map<string, Set<HubConnection>>();
  /** Serialized once a process, however many connections and replays take it. */
  readonly #frames = new WeakMap<LoggedMessage, Frame>();
  readonly #started: Promise<void>;
  #live: Position = { epoch: "", offset: 0 };
  #isStarted = false;
  #isClosed = false;
  #published = 0;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#started = options.backplane.subscribe(this).then((position) => {
      // What was delivered while the subscription was made is further along than its answer.
      if (this.#live.epoch !== position.epoch || this.#live.offset < position.offset) this.#live = position;
      this.#isStarted = true;
    });
    this.#started.catch(() => {}); // whoever needs the feed hears of it
  }

  get started(): Promise<void> {
    return this.#started;
  }
  get live(): Position {
    return this.#live;
  }
  get published(): number {
    return this.#published;
  }
  get done(): string | undefined {
    return this.#options.events.options.done;
  }

  /** [DESIGN 10.10] Runs up to the backplane's call at once, so that the order of calls is the order of the log. */
  async publish(
    channel: string,
    type: string,
    data: unknown,
    {
      key,
      idempotencyKey,
    }: { readonly key?: string | undefined; readonly idempotencyKey?: string | undefined },
  ): Promise<string> {
    if (this.#isClosed) throw new ClosedError("The hub is closed; publish before close().");
    if (typeof channel !== "string")
      throw new InvalidEventError(`A channel is a string, not ${typeof channel}.`);
    const codec = this.#options.events["~codec"];
    const payload = encodeEvent(codec.encode(type, data, { validate: this.#options.validate }));
    const limit = this.#options.maxEventBytes;
    if (payload.length > limit) {
      throw new LimitError(
        `Event '${type}' has ${payload.length} bytes, more than limits.maxEventBytes, ${limit}.`,
        {
          limit,
          size: payload.length,
        },
      );
    }
    // [DESIGN 10.8] A key counts within its channel and type.
    const scope = key === undefined ? undefined : JSON.stringify([channel, type, key]);
    const message = { channel, payload, key: scope, end: codec.isEnd(type) };
    const { backplane } = this.#options;
    const position = this.#isStarted
      ? await backplane.publish(message, { idempotencyKey })
      : await this.#started.then(() => backplane.publish(message, { idempotencyKey }));
    this.#published++;
    return formatPosition(position);
  }

  onMessages(messages: readonly LoggedMessage[]): void {
    for (const message of messages) {
      this.#live = { epoch: this.#live.epoch, offset: message.offset };
      const connections = this.#channels.get(message.channel);
      if (connections === undefined) continue;
      const frame = this.frameOf(message, this.#live.epoch);
      for (const connection of connections) connection.accept(frame, message.end, this.done);
    }
  }

  /** [DESIGN 10.5] Every open connection is told: what came between is not known. */
  onEpoch(position: Position): void {
    this.#live = position;
    const connections = new Set([...this.#channels.values()].flatMap((all) => [...all]));
    for (const connection of connections) {
      connection.gap(position, formatPosition(connection.position), "unknown-epoch");
    }
  }

  /** The id goes in front of what the log holds: it was not known when that was written. */
  frameOf(message: LoggedMessage, epoch: string): Frame {
    const known = this.#frames.get(message);
    if (known !== undefined) return known;
    const id = formatPosition({ epoch, offset: message.offset });
    const line = encoder.encode(`id: ${id}\n`);
    const bytes = new Uint8Array(line.length + message.payload.length);
    bytes.set(line);
    bytes.set(message.payload, line.length);
    const frame = frameOf(bytes, id, message.offset, message.key);
    this.#frames.set(message, frame);
    return frame;
  }

  add(connection: HubConnection): void {
    for (const channel of connection.channels) {
      const connections = this.#channels.get(channel);
      if (connections === undefined) this.#channels.set(channel, new Set([connection]));
      else connections.add(connection);
    }
  }

  remove(connection: HubConnection): void {
    for (const channel of connection.channels) {
      const connections = this.#channels.get(channel);
      if (connections?.delete(connection) && connections.size === 0) this.#channels.delete(channel);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#options.backplane.close();
  }
}
