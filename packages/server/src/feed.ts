import { Audience } from "./audience.ts";
import type {
  Backplane,
  BackplaneListener,
  BackplaneSubscription,
  ReplayPage,
} from "./backplane/backplane.ts";
import { CONTROL_CHANNEL, type Position } from "./backplane/message.ts";
import type { Frame } from "./frame.ts";
import type { HubConnection } from "./hub-connection.ts";
import { Tail } from "./tail.ts";
import { afterTurn } from "./turn.ts";

/** About what a page of the past has, in bytes. */
const PAGE_BYTES = 65_536;
/** How many ended epochs are remembered, to tell a position of one from a position of an epoch still to come. */
const PAST_EPOCHS = 16;

export interface FeedOwner {
  /** A live connection misses something, since the log was lost: it goes on after this position. */
  onMissed(connection: HubConnection, position: Position): void;
  /** After that: the log is another one. */
  onReset(): void;
  /** What the hubs say to each other. */
  onControl(frame: Frame): void;
}

/** What this process reads of the log, and hands to the connections of each channel once a turn. */
export class Feed implements BackplaneListener {
  readonly #backplane: Backplane;
  readonly #owner: FeedOwner;
  readonly #audiences = new Map<string, Audience>();
  readonly #byChannel = new Map<string, Set<Audience>>();
  readonly #tail = new Tail();
  readonly #pastEpochs = new Set<string>();
  /** Those that were given something this turn. */
  #waiting: Audience[] = [];
  #scheduled = false;
  #started: Promise<BackplaneSubscription> | undefined;
  #isClosed = false;
  #read: Position = { epoch: "", offset: 0 };
  #flushed: Position = this.#read;

  constructor(backplane: Backplane, owner: FeedOwner) {
    this.#backplane = backplane;
    this.#owner = owner;
  }

  /** Up to where this process has read the log. */
  get read(): Position {
    return this.#read;
  }

  /** Up to where its connections have been given it. */
  get flushed(): Position {
    return this.#flushed;
  }

  /** Begins to read, once; what fails is tried again by the next who asks. After the close: nothing. */
  async start(): Promise<void> {
    if (this.#isClosed) return;
    this.#started ??= this.#backplane.subscribe(this).then((subscription) => {
      const { position } = subscription;
      // Something may have been delivered before the answer was here.
      if (this.#read.epoch === "") this.#read = this.#flushed = position;
      return subscription;
    });
    try {
      await this.#started;
    } catch (error) {
      this.#started = undefined;
      throw error;
    }
  }

  replay(after: Position, channels: readonly string[]): Promise<ReplayPage> {
    return this.#backplane.replay(after, channels, PAGE_BYTES);
  }

  onFrames(frames: readonly Frame[]): void {
    for (const frame of frames) {
      this.#read = frame;
      if (frame.channel === CONTROL_CHANNEL) {
        this.#owner.onControl(frame);
        continue;
      }
      this.#tail.push(frame);
      for (const audience of this.#byChannel.get(frame.channel) ?? []) {
        if (audience.push(frame)) this.#waiting.push(audience);
      }
    }
    if (this.#scheduled) return;
    this.#scheduled = true;
    afterTurn(() => this.flush());
  }

  onReset(position: Position): void {
    this.flush();
    if (this.#read.epoch !== position.epoch) this.#pastEpochs.add(this.#read.epoch);
    const [oldest] = this.#pastEpochs;
    if (oldest !== undefined && this.#pastEpochs.size > PAST_EPOCHS) this.#pastEpochs.delete(oldest);
    this.#read = this.#flushed = position;
    this.#tail.restart(position.offset);
    for (const audience of [...this.#audiences.values()]) {
      for (const connection of [...audience.connections]) {
        const { epoch, offset } = connection.position;
        if (epoch === position.epoch && offset >= position.offset) continue;
        this.remove(connection);
        this.#owner.onMissed(connection, position);
      }
    }
    this.#owner.onReset();
  }

  /** Hands out what came in this turn. */
  flush(): void {
    this.#scheduled = false;
    const waiting = this.#waiting;
    const upTo = this.#read; // a hook that is called meanwhile may publish: that comes with the next turn
    this.#waiting = [];
    for (const audience of waiting) audience.flush();
    this.#flushed = upTo;
  }

  /** A connection begins to read the log by itself, until `stopReading`. */
  startReading(): void {
    this.#tail.open(this.#read.offset);
  }

  stopReading(): void {
    this.#tail.close();
  }

  /**
   * Takes a connection over from the log to the live events if it has read far enough. There is no waiting in
   * between, so that nothing falls into the gap; what comes twice is passed over by its offset.
   */
  admit(connection: HubConnection): boolean {
    const { epoch, offset } = connection.position;
    if (epoch === this.#read.epoch && offset < this.#read.offset) {
      const missed = this.#tail.since(offset, connection.channels);
      if (missed === undefined) return false;
      connection.deliverPage(missed, this.#read);
    }
    // A position of an epoch that this process has yet to hear of waits for it here.
    if (this.#pastEpochs.has(epoch)) return false;
    if (!connection.isClosed) this.#add(connection);
    return true;
  }

  remove(connection: HubConnection): void {
    if (!connection.isLive) return;
    connection.isLive = false;
    const audience = this.#audiences.get(audienceKey(connection.channels));
    if (audience === undefined) return;
    audience.remove(connection);
    if (!audience.isEmpty) return;
    this.#audiences.delete(audience.key);
    for (const channel of audience.channels) {
      const audiences = this.#byChannel.get(channel);
      if (audiences?.delete(audience) && audiences.size === 0) this.#byChannel.delete(channel);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const subscription = await this.#started?.catch(() => undefined);
    await subscription?.close();
  }

  #add(connection: HubConnection): void {
    const key = audienceKey(connection.channels);
    let audience = this.#audiences.get(key);
    if (audience === undefined) {
      audience = new Audience(key, connection.channels);
      this.#audiences.set(key, audience);
      for (const channel of connection.channels) {
        const audiences = this.#byChannel.get(channel);
        if (audiences === undefined) this.#byChannel.set(channel, new Set([audience]));
        else audiences.add(audience);
      }
    }
    audience.add(connection);
    connection.isLive = true;
  }
}

function audienceKey(channels: readonly string[]): string {
  return JSON.stringify(channels); // whatever the names have in them, no two lists share a key
}
