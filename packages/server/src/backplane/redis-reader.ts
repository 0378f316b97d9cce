import type { Frame } from "../frame.ts";
import type { LiveLog } from "./live-log.ts";
import type { Position } from "./message.ts";
import type { RedisLink } from "./redis-link.ts";
import { epochNumber, parseRead, type RedisKeys } from "./redis-log.ts";
import { pause } from "./retry.ts";

/** A quiet log is asked so often whether it still is the same. */
const BLOCK_MS = 2_000;
const WAITING = ["BLOCK", String(BLOCK_MS)];
/** A reply has about so many bytes at most, as far as the last one tells. */
const REPLY_BYTES = 4_194_304;
const MAX_ENTRIES = 2_048;

export interface RedisReaderPlan {
  readonly link: RedisLink;
  readonly keys: RedisKeys;
  readonly live: LiveLog;
  readonly timeoutMs: number;
  /** The log's head, after the epoch was changed if need be; `seen` is up to where this process has read. */
  readonly head: (seen: Position) => Promise<Position>;
  readonly onError: (error: unknown) => void;
}

/** Reads the log as it grows: one connection, one waiting command. After an outage it goes on where it was. */
export class RedisReader {
  readonly #plan: RedisReaderPlan;
  /** How far the next reading has to come at least, or what lies before was let go of. */
  #expected: Position | undefined;
  #count = 128;
  /** It has been read since the last failure. */
  #isWell = true;
  #isClosed = false;

  constructor(plan: RedisReaderPlan) {
    this.#plan = plan;
  }

  close(): void {
    this.#isClosed = true;
    this.#plan.link.close();
  }

  /** Reads what the log still has, up to its head: those who come back to a process that has just come find it here. */
  async load(from: Position, head: Position): Promise<void> {
    const { live } = this.#plan;
    live.start(from);
    while (live.position.epoch === head.epoch && live.position.offset < head.offset && !this.#isClosed) {
      const frames = await this.#read([]);
      if (frames.length === 0) return live.start(head); // it was let go of meanwhile
      live.accept(frames);
    }
  }

  async run(): Promise<void> {
    for (let attempt = 0; !this.#isClosed; ) {
      try {
        this.#expected = undefined;
        await this.#check();
        while (!this.#isClosed) {
          const frames = await this.#read(WAITING);
          if (this.#isClosed) return;
          if (frames.length > 0) this.#plan.live.accept(frames);
          else await this.#check();
        }
      } catch (error) {
        if (this.#isClosed) return;
        // Once an outage: most attempts to come back fail in the same way.
        if (this.#isWell) this.#plan.onError(error);
        if (this.#isWell) attempt = 0;
        this.#isWell = false;
        await pause(attempt++);
      }
    }
  }

  async #read(how: readonly string[]): Promise<readonly Frame[]> {
    const { link, keys, live, timeoutMs, onError } = this.#plan;
    const { epoch, offset } = live.position;
    const after = `${epochNumber(epoch)}-${offset}`;
    const args = ["COUNT", String(this.#count), ...how, "STREAMS", keys.log, after];
    const frames = parseRead(await link.call(keys.log, "XREAD", args, BLOCK_MS + timeoutMs), onError);
    this.#isWell = true;
    if (frames.length === 0) return frames;
    const bytes = frames.reduce((sum, frame) => sum + frame.bytes.length, 0);
    this.#count = Math.max(8, Math.min(MAX_ENTRIES, Math.floor((REPLY_BYTES * frames.length) / bytes)));
    return frames;
  }

  /** Nothing came for a while, or the connection is new: is it still the same log, and is all of it here? */
  async #check(): Promise<void> {
    const { live } = this.#plan;
    const read = live.position;
    const head = await this.#plan.head(read);
    const isSame = head.epoch === read.epoch;
    const missing = this.#expected;
    this.#expected = undefined;
    if (isSame && head.offset === read.offset) return;
    if (!isSame && isNotAhead(head, read)) return live.reset({ epoch: head.epoch, offset: 0 });
    // What was logged meanwhile comes with the next reading, or was let go of before it could.
    if (missing?.epoch !== head.epoch || (isSame && missing.offset <= read.offset)) this.#expected = head;
    else live.reset(missing);
  }
}

/** Reading on from here would not come upon that epoch: it is empty, or its number is lower, since a clock went back. */
function isNotAhead(head: Position, read: Position): boolean {
  return head.offset === 0 || Number(epochNumber(head.epoch)) < Number(epochNumber(read.epoch));
}
