import { type EventMap, type OutgoingEvent, serializeEvent } from "@sse/protocol";
import type { Position } from "./backplane/message.ts";
import type { EventWriter } from "./event-writer.ts";
import { encode, type GapReason } from "./frame.ts";
import type { HubConnection } from "./hub-connection.ts";
import { formatPosition, parsePosition } from "./position.ts";
import { HIGH_WATER_BYTES } from "./sink/sink.ts";
import { afterTurn } from "./turn.ts";

/** For whom a snapshot is made, and what it has to stand for. */
export interface SnapshotRequest {
  readonly request: Request;
  readonly channels: readonly string[];
  readonly principal: string | undefined;
  /** Everything after this position will follow the snapshot. */
  readonly position: string;
  readonly reason: GapReason;
}

/** The events of a snapshot; a generator may return the later id that its state stands for. */
// biome-ignore lint/suspicious/noExplicitAny: one that names no contract goes with every one
export type Snapshot<M extends EventMap = any> =
  | Iterable<OutgoingEvent<M>, unknown>
  | AsyncIterable<OutgoingEvent<M>, unknown>;

/** Makes the snapshot for one client whose gap the log cannot heal. */
// biome-ignore lint/suspicious/noExplicitAny: one that names no contract goes with every one
export type SnapshotHook<M extends EventMap = any> = (request: SnapshotRequest) => Snapshot<M>;

/**
 * Sends the state that heals a gap, at the pace of the client. Its events carry no id: a client that is cut before
 * all of it has arrived comes back to the gap. PROTOCOL.md, section 4. Resolves with the position from which the log goes on.
 */
export async function sendSnapshot<M extends EventMap>(
  hook: SnapshotHook<M>,
  writer: EventWriter,
  connection: HubConnection,
  asked: Omit<SnapshotRequest, "position">,
  at: Position,
): Promise<Position> {
  const iterator = iteratorOf(hook({ ...asked, position: formatPosition(at) }));
  const state = new StateWriter(connection);
  let isOver = true;
  try {
    while (!connection.isClosed) {
      isOver = true; // also where it fails by itself
      const { done, value } = await iterator.next();
      if (done) return laterPosition(value, at);
      isOver = false;
      await state.add(serializeEvent(writer.event(value.type, value.data)), writer.isEnd(value.type));
    }
    return at;
  } finally {
    state.flush();
    if (!isOver) await iterator.return?.();
  }
}

/** What the hook gives in one turn leaves in one piece; after much of it the others have their turn. */
class StateWriter {
  readonly #connection: HubConnection;
  #text = "";

  constructor(connection: HubConnection) {
    this.#connection = connection;
  }

  /** Settles when there is room for more. */
  async add(text: string, isEnd: boolean): Promise<void> {
    if (this.#text === "") afterTurn(() => this.flush());
    this.#text += text;
    if (isEnd) return this.flush(true);
    if (this.#text.length >= HIGH_WATER_BYTES) {
      this.flush();
      await new Promise<void>(afterTurn);
    }
    await this.#connection.ready;
  }

  flush(isEnd = false): void {
    const text = this.#text;
    this.#text = "";
    if (text !== "") this.#connection.sendState(encode(text), isEnd);
  }
}

type SnapshotIterator<M extends EventMap> =
  | Iterator<OutgoingEvent<M>, unknown>
  | AsyncIterator<OutgoingEvent<M>, unknown>;

function iteratorOf<M extends EventMap>(events: Snapshot<M>): SnapshotIterator<M> {
  return Symbol.asyncIterator in events ? events[Symbol.asyncIterator]() : events[Symbol.iterator]();
}

function laterPosition(id: unknown, at: Position): Position {
  const later = typeof id === "string" ? parsePosition(id) : undefined;
  return later !== undefined && later.epoch === at.epoch && later.offset > at.offset ? later : at;
}
