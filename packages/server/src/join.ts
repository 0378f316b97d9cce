import type { Position } from "./backplane/message.ts";
import type { Feed } from "./feed.ts";
import type { GapReason } from "./frame.ts";
import type { HubConnection } from "./hub-connection.ts";
import { formatPosition, parsePosition } from "./position.ts";
import { afterTurn } from "./turn.ts";

/** Sends the state that heals a gap, and resolves with the position it stands for: the given one, or a later one. */
export type SendSnapshot = (connection: HubConnection, at: Position, reason: GapReason) => Promise<Position>;

/** What a client sends back may be anything; so much of it is told in the gap. */
const MAX_SHOWN = 1024;

/**
 * Brings connections from where their clients stopped to the live events: page by page, each when the client has
 * taken the one before. Nothing of it counts against the queue, and nothing is held for it.
 */
export class Join {
  readonly #feed: Feed;
  readonly #sendSnapshot: SendSnapshot | undefined;

  constructor(feed: Feed, sendSnapshot: SendSnapshot | undefined) {
    this.#feed = feed;
    this.#sendSnapshot = sendSnapshot;
  }

  /** A client comes, new with "", or back with the last event ID it has. */
  async begin(connection: HubConnection, lastEventId: string): Promise<void> {
    const { read } = this.#feed;
    const asked = parsePosition(lastEventId);
    if (lastEventId !== "" && asked === undefined) {
      return this.#read(connection, () =>
        this.#gap(connection, lastEventId.slice(0, MAX_SHOWN), read, "invalid"),
      );
    }
    if (asked === undefined || (asked.epoch === read.epoch && asked.offset === read.offset)) {
      connection.mark(read);
      if (this.#feed.admit(connection)) return;
    }
    await this.#read(connection, () => this.#firstPage(connection, asked ?? read));
  }

  /**
   * The log was lost under a live connection, and goes on after this position. If it is the same one, this process has
   * merely missed some of it: the log itself knows whether anything of these channels is gone.
   */
  async resume(connection: HubConnection, position: Position): Promise<void> {
    if (connection.position.epoch === position.epoch) return this.#read(connection, async () => {});
    const from = formatPosition(connection.position);
    await this.#read(connection, async () => {
      await connection.ready;
      await this.#gap(connection, from, position, "unknown-epoch");
    });
  }

  async #read(connection: HubConnection, start: () => Promise<void>): Promise<void> {
    this.#feed.startReading();
    try {
      await start();
      await connection.ready;
      while (!connection.isClosed && !this.#feed.admit(connection)) {
        const at = connection.position;
        const page = await this.#feed.replay(at, connection.channels);
        if (page.gap !== undefined) await this.#gap(connection, formatPosition(at), page.from, page.gap);
        // A snapshot stands for more than the page, which then begins too early.
        if (connection.position.offset <= page.from.offset) connection.deliverPage(page.frames, page.upTo);
        await connection.ready;
        await new Promise<void>(afterTurn); // however fast the client and the log are, others have their turn
      }
    } finally {
      this.#feed.stopReading();
    }
  }

  /** The log itself is asked, since another process may be further along than this one. */
  async #firstPage(connection: HubConnection, asked: Position): Promise<void> {
    const page = await this.#feed.replay(asked, connection.channels);
    if (connection.isClosed) return;
    if (page.gap === undefined) connection.mark(asked);
    else await this.#gap(connection, formatPosition(asked), page.from, page.gap);
    if (connection.position.offset <= page.from.offset) connection.deliverPage(page.frames, page.upTo);
  }

  async #gap(connection: HubConnection, from: string, to: Position, reason: GapReason): Promise<void> {
    if (connection.isClosed) return;
    if (this.#sendSnapshot === undefined) return connection.gap(from, to, reason);
    // The state of now makes everything before it superfluous.
    const { read } = this.#feed;
    const now = to.epoch === read.epoch && to.offset < read.offset ? read : to;
    connection.gap(from, "state", reason);
    const stands = await this.#sendSnapshot(connection, now, reason);
    connection.mark(stands);
  }
}
