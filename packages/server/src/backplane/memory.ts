import { BackplaneError } from "@sse/protocol";
import { Frame } from "../frame.ts";
import type { Backplane, BackplaneListener, BackplaneSubscription, ReplayPage } from "./backplane.ts";
import { newEpoch } from "./epoch.ts";
import type { BackplaneMessage, Position } from "./message.ts";
import { type ReplayOptions, resolveReplay } from "./replay-options.ts";
import { RingLog } from "./ring-log.ts";

/** How the log of one process is kept. */
export interface MemoryBackplaneOptions {
  /**
   * How much is kept for clients that come back. Default: 10,000 events, 32 MiB, 5 minutes.
   * False: nothing is kept, and every client that missed something is told of a gap.
   */
  readonly replay?: ReplayOptions | false | undefined;
  /** The clock, in milliseconds that only go forward. Default: `performance.now`. */
  readonly now?: (() => number) | undefined;
}

const MAX_IDEMPOTENCY_KEYS = 10_000;

/**
 * The log of one process, in its memory; a restart begins a new epoch.
 *
 * @throws InvalidOptionError for a limit that is no whole number from 1 on
 */
export function memoryBackplane(options: MemoryBackplaneOptions = {}): Backplane {
  return new MemoryBackplane(options);
}

class MemoryBackplane implements Backplane {
  readonly #log: RingLog;
  /** By idempotency key. */
  readonly #positions = new Map<string, Position>();
  readonly #listeners = new Set<BackplaneListener>();
  /** What is being delivered: more than one where a listener publishes. */
  readonly #arriving: Frame[] = [];
  #epoch = "";
  #offset = 0;
  #closed = false;

  constructor({ replay, now = () => performance.now() }: MemoryBackplaneOptions) {
    const limits = replay === false ? { ...resolveReplay(), maxEvents: 0 } : resolveReplay(replay);
    this.#log = new RingLog(limits, now);
  }

  async publish(
    message: BackplaneMessage,
    options?: { readonly idempotencyKey?: string | undefined },
  ): Promise<Position> {
    this.#assertOpen("publish");
    const key = options?.idempotencyKey;
    const known = key === undefined ? undefined : this.#positions.get(key);
    if (known !== undefined) return known;
    this.#offset++;
    const position = this.#head();
    if (key !== undefined) this.#remember(key, position);
    const frame = new Frame(position, message);
    this.#log.append(frame);
    this.#deliver(frame);
    return position;
  }

  async subscribe(listener: BackplaneListener): Promise<BackplaneSubscription> {
    this.#assertOpen("subscribe");
    this.#listeners.add(listener);
    return {
      position: this.#head(),
      close: async () => {
        this.#listeners.delete(listener);
      },
    };
  }

  async replay(after: Position, channels: readonly string[], maxBytes: number): Promise<ReplayPage> {
    this.#assertOpen("replay");
    this.#log.trim();
    const head = this.#head();
    if (after.epoch !== head.epoch) return emptyPage("unknown-epoch", head);
    if (after.offset > head.offset) return emptyPage("future", head);
    const trimmed = this.#log.trimmedOf(channels);
    const gap = trimmed > after.offset ? "expired" : undefined;
    const from = gap === undefined ? after : { epoch: head.epoch, offset: trimmed };
    const { frames, upTo = head.offset } = this.#log.read(from.offset, new Set(channels), maxBytes);
    // Where nothing is kept any more, the log still was read up to its head.
    return { gap, from, frames, upTo: { epoch: head.epoch, offset: Math.max(upTo, from.offset) } };
  }

  async head(): Promise<Position> {
    this.#assertOpen("head");
    return this.#head();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** To everybody in the order of the log, so that what a listener publishes comes after what it hears of. */
  #deliver(frame: Frame): void {
    if (this.#arriving.push(frame) > 1) return;
    try {
      for (const next of this.#arriving) {
        for (const listener of this.#listeners) listener.onFrames([next]);
      }
    } finally {
      this.#arriving.length = 0;
    }
  }

  #head(): Position {
    // Made late: some runtimes give no random numbers while modules load.
    this.#epoch ||= newEpoch();
    return { epoch: this.#epoch, offset: this.#offset };
  }

  #remember(key: string, position: Position): void {
    this.#positions.set(key, position);
    if (this.#positions.size <= MAX_IDEMPOTENCY_KEYS) return;
    const [oldest] = this.#positions.keys();
    if (oldest !== undefined) this.#positions.delete(oldest);
  }

  #assertOpen(operation: string): void {
    if (!this.#closed) return;
    throw new BackplaneError(operation, `The backplane is closed; ${operation} needs an open one.`);
  }
}

function emptyPage(gap: "unknown-epoch" | "future", head: Position): ReplayPage {
  return { gap, from: head, frames: [], upTo: head };
}
