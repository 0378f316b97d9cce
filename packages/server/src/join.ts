import type { LoggedMessage, Position, ReplayPage } from "./backplane/backplane.ts";
import type { Frame, GapReason } from "./frame.ts";
import type { HubConnection } from "./hub-connection.ts";
import { formatPosition, parsePosition } from "./position.ts";

const PAGE_EVENTS = 256;

/** What a join needs of its hub. */
export interface JoinSource {
  replay(after: number, channels: readonly string[], limit: number): Promise<ReplayPage>;
  head(): Promise<Position>;
  /** How far this process has read the log. */
  live(): Position;
  frameOf(message: LoggedMessage, epoch: string): Frame;
  isEnd(message: LoggedMessage): boolean;
  finish(connection: HubConnection): void;
  /** Current state for a connection that cannot have all events; `undefined`: there is none to be had. */
  readonly snapshot: ((connection: HubConnection, position: Position) => Promise<void>) | undefined;
  onGap(connection: HubConnection, reason: GapReason): void;
  /** From now on the connection gets what this process reads. */
  goLive(connection: HubConnection): void;
}

/**
 * Brings a connection from where its client stopped to where the log is: page by page, each when the client has
 * taken the one before, and then over to the live events. Between the last look at the log and `goLive` there is no
 * await, so nothing falls between, and what is read twice is passed by offset.
 */
export async function join(
  source: JoinSource,
  connection: HubConnection,
  lastEventId: string,
): Promise<void> {
  const { outlet } = connection;
  let opened = await begin(source, connection, lastEventId);
  for (;;) {
    if (outlet.isClosed) return;
    const live = source.live();
    if (connection.position.epoch === live.epoch && connection.position.offset >= live.offset) break;
    const { epoch, offset } = connection.position;
    const page = await source.replay(offset, connection.channels, PAGE_EVENTS);
    if (outlet.isClosed) return;
    if (page.epoch !== epoch || live.epoch !== epoch) {
      opened = await announce(source, connection, source.live(), lastEventId, "unknown-epoch");
    } else if (page.trimmed > offset) {
      const to = { epoch, offset: page.trimmed };
      opened = await announce(
        source,
        connection,
        to,
        opened ? formatPosition(connection.position) : lastEventId,
        "expired",
      );
    } else {
      if (!opened) connection.mark();
      opened = true;
      if (!deliver(source, connection, page.messages, page.upTo)) return;
      await outlet.ready;
    }
  }
  if (!opened) connection.mark();
  source.goLive(connection);
}

/** Settles where the connection starts; true if that was written, as a gap. */
async function begin(source: JoinSource, connection: HubConnection, lastEventId: string): Promise<boolean> {
  if (lastEventId === "") return false;
  const asked = parsePosition(lastEventId);
  const live = source.live();
  if (asked === undefined) return announce(source, connection, live, lastEventId, "invalid");
  if (asked.epoch !== live.epoch) return announce(source, connection, live, lastEventId, "unknown-epoch");
  if (asked.offset > live.offset) {
    // [DESIGN 10.3] This process may be behind the one that the client comes from: the log itself is asked.
    const head = await source.head();
    if (asked.epoch !== head.epoch)
      return announce(source, connection, source.live(), lastEventId, "unknown-epoch");
    if (asked.offset > head.offset) return announce(source, connection, source.live(), lastEventId, "future");
  }
  connection.position = asked;
  return false;
}

async function announce(
  source: JoinSource,
  connection: HubConnection,
  to: Position,
  from: string,
  reason: GapReason,
): Promise<true> {
  source.onGap(connection, reason);
  if (source.snapshot === undefined) {
    connection.gap(to, from, reason);
    return true;
  }
  // [DESIGN 10.12, PROTOCOL 4.8] Until all of the state has been sent the client keeps its old position: cut in
  // between, it comes back to the gap.
  const position = source.live();
  connection.gapBeforeState(from, reason);
  await source.snapshot(connection, position);
  connection.position = position;
  connection.mark();
  return true;
}

/** False: one of the events finished the stream. */
function deliver(
  source: JoinSource,
  connection: HubConnection,
  messages: readonly LoggedMessage[],
  upTo: number,
): boolean {
  const { epoch } = connection.position;
  const end = messages.findIndex((message) => source.isEnd(message));
  const wanted = end === -1 ? messages : messages.slice(0, end + 1);
  connection.acceptPage(
    wanted.map((message) => source.frameOf(message, epoch)),
    upTo,
  );
  if (end === -1) return true;
  source.finish(connection);
  return false;
}
