import { Frame } from "../frame.ts";
import type { ReplayPage } from "./backplane.ts";
import { formatFacts, parseFacts } from "./envelope.ts";
import { newEpoch } from "./epoch.ts";
import type { BackplaneMessage, Position } from "./message.ts";
import { readEntry } from "./reading.ts";
import type { RingLogLimits } from "./ring-log.ts";
import {
  type EventRow,
  prepareDatabase,
  type SizeRow,
  type SqliteDatabase,
  type SqliteStatements,
  type StateRow,
} from "./sqlite-schema.ts";

const MAX_TRIMMED_CHANNELS = 10_000;
const MAX_ROWS = 256;
const encoder: TextEncoder = new TextEncoder();
const decoder: TextDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

export interface SqliteEntry {
  readonly message: BackplaneMessage;
  readonly idempotencyKey: string | undefined;
}

export interface Appended {
  readonly positions: readonly Position[];
  readonly frames: readonly Frame[];
}

/** The log in its tables. Every method is one step, done when it returns. */
export class SqliteLog {
  readonly #db: SqliteDatabase;
  readonly #sql: SqliteStatements;
  readonly #limits: RingLogLimits;
  readonly #idempotencyMs: number;

  constructor(db: SqliteDatabase, name: string, limits: RingLogLimits, idempotencyMs: number) {
    this.#db = db;
    this.#sql = prepareDatabase(db, name, newEpoch());
    this.#limits = limits;
    this.#idempotencyMs = idempotencyMs;
  }

  /** Is another number after another connection wrote. */
  get version(): unknown {
    return (this.#sql.version.get() as { data_version: unknown }).data_version; // SQLite's name for it
  }

  head(): Position {
    const { epoch, head } = this.#state();
    return { epoch, offset: head };
  }

  /** Begins the one transaction in which a batch is appended; throws where another process is in one. */
  begin(): void {
    this.#db.exec("BEGIN IMMEDIATE");
  }

  commit(): void {
    this.#db.exec("COMMIT");
  }

  rollback(): void {
    this.#db.exec("ROLLBACK");
  }

  /** The position of each, and what was not there before. */
  append(batch: readonly SqliteEntry[]): Appended {
    const now = Date.now();
    const state = { ...this.#state() };
    const { epoch } = state;
    const frames: Frame[] = [];
    const positions = batch.map(({ message, idempotencyKey }) => {
      const key = idempotencyKey === undefined ? undefined : JSON.stringify(idempotencyKey);
      // A row of this statement, or none: null or undefined.
      const known =
        key && (this.#sql.once.get(key, now - this.#idempotencyMs) as { offset: number } | null | undefined);
      if (known) return { epoch, offset: known.offset };
      const offset = ++state.head;
      const payload = encoder.encode(message.payload);
      // Whatever is in a name, its JSON can be stored, and no two are the same.
      const channel = JSON.stringify(message.channel);
      this.#sql.append.run(offset, now, channel, formatFacts(message), payload);
      state.bytes += payload.length + channel.length + 64;
      state.oldest ||= now;
      if (key !== undefined) this.#sql.remember.run(key, offset, now);
      frames.push(new Frame({ epoch, offset }, message));
      return { epoch, offset };
    });
    this.#sql.forget.run(now - this.#idempotencyMs);
    this.#trim(state, now);
    this.#sql.save.run(state.head, state.first, state.bytes, state.oldest, state.elsewhere);
    return { positions, frames };
  }

  /** The next events of all channels. */
  after(position: Position, onError: (error: unknown) => void): Frame[] {
    const rows = this.#sql.after.all(position.offset, MAX_ROWS) as EventRow[]; // what the statement selects
    return rows.map((row) => toFrame(position.epoch, row, onError));
  }

  replay(after: Position, channels: readonly string[], maxBytes: number): ReplayPage {
    const { epoch, head, elsewhere } = this.#state();
    const end: Position = { epoch, offset: head };
    if (after.epoch !== epoch) return { gap: "unknown-epoch", from: end, frames: [], upTo: end };
    if (after.offset > head) return { gap: "future", from: end, frames: [], upTo: end };
    const names = JSON.stringify(channels.map((channel) => JSON.stringify(channel)));
    const { highest } = this.#sql.trimmedOf.get(elsewhere, names) as { highest: number }; // what it selects
    const gap = (highest ?? 0) > after.offset ? "expired" : undefined;
    const from = gap === undefined ? after : { epoch, offset: highest };
    const upTo = this.#pageEnd(from.offset, names, maxBytes) ?? head;
    const rows = this.#sql.eventsOf.all(from.offset, upTo, names) as EventRow[]; // what it selects
    return { gap, from, frames: rows.map((row) => toFrame(epoch, row)), upTo: { epoch, offset: upTo } };
  }

  /** Lets go of what is too old, though nothing is published. */
  trimForAge(): void {
    const { maxAgeMs } = this.#limits;
    const state = this.#state();
    if (maxAgeMs === false || state.oldest === 0 || Date.now() - state.oldest <= maxAgeMs) return;
    this.begin();
    this.append([]);
    this.commit();
  }

  /** The last offset of a page, where that is not the head. Sizes are read first: a page may be of large events. */
  #pageEnd(after: number, names: string, maxBytes: number): number | undefined {
    const sizes = this.#sql.sizesOf.all(after, names, MAX_ROWS) as SizeRow[]; // what it selects
    let bytes = 0;
    for (const [index, { offset, size }] of sizes.entries()) {
      bytes += size;
      if (index > 0 && bytes > maxBytes) return offset - 1;
    }
    return sizes.length === MAX_ROWS ? sizes.at(-1)?.offset : undefined;
  }

  #state(): StateRow {
    return this.#sql.state.get() as StateRow; // the one row, which was made when the database was prepared
  }

  /** When a limit is passed by a little, for many events at once, and then down to the limit. */
  #trim(state: { -readonly [key in keyof StateRow]: StateRow[key] }, now: number): void {
    if (state.first > state.head || !this.#isOver(state, now, 1 / 16)) return;
    const trimmed = new Map<string, number>();
    while (state.first <= state.head && this.#isOver(state, now, 0)) {
      const rows = this.#sql.oldest.all() as SizeRow[]; // what it selects
      if (rows.length === 0) state.first = state.head + 1;
      for (const { offset, channel, size, at } of rows) {
        state.oldest = at;
        if (!this.#isOver(state, now, 0)) break;
        trimmed.set(channel, offset);
        state.bytes -= size;
        state.first = offset + 1;
      }
      this.#sql.letGo.run(state.first);
    }
    if (state.first > state.head) state.oldest = state.bytes = 0;
    for (const [channel, offset] of trimmed) this.#sql.markTrimmed.run(channel, offset);
    const { count } = this.#sql.countTrimmed.get() as { count: number }; // what it selects
    if (count <= MAX_TRIMMED_CHANNELS) return;
    const { offset } = this.#sql.mergeTrimmed.get(count - MAX_TRIMMED_CHANNELS - 1) as { offset: number };
    state.elsewhere = Math.max(state.elsewhere, offset);
    this.#sql.forgetTrimmed.run(offset);
  }

  #isOver({ head, first, bytes, oldest }: StateRow, now: number, slack: number): boolean {
    const { maxEvents, maxBytes, maxAgeMs } = this.#limits;
    const count = head - first + 1;
    if (count <= 0) return false;
    if (maxEvents !== false && count > maxEvents + Math.min(100, Math.floor(maxEvents * slack))) return true;
    if (maxBytes !== false && bytes > maxBytes * (1 + slack)) return true;
    return maxAgeMs !== false && now - oldest > maxAgeMs * (1 + slack);
  }
}

function toFrame(epoch: string, row: EventRow, onError?: (error: unknown) => void): Frame {
  const { offset, channel, payload, facts } = row;
  const parse = (): BackplaneMessage => {
    const name = JSON.parse(channel) as string; // as it was stored
    return { channel: name, payload: decoder.decode(payload), ...parseFacts(facts) };
  };
  return readEntry({ epoch, offset }, parse, onError);
}
