import { BackplaneError } from "@sse/protocol";
import { positive } from "../options.ts";
import type { Backplane, BackplaneListener, BackplaneMessage, Position, ReplayPage } from "./backplane.ts";
import { RingLog } from "./ring-log.ts";

/** How much of the log is kept for clients that come back. */
export interface ReplayOptions {
  /** Default: 10,000. */
  readonly maxEvents?: number | undefined;
  /** Of serialized events. Default: 33,554,432 (32 MiB). */
  readonly maxBytes?: number | undefined;
  /** In milliseconds; false: no limit. Default: 300,000 (5 minutes). */
  readonly maxAgeMs?: number | false | undefined;
}

export interface MemoryBackplaneOptions {
  /** false: nothing is kept, every return is a gap. */
  readonly replay?: ReplayOptions | false | undefined;
  /** The clock, in milliseconds that go forward. Default: `performance.now`. */
  readonly now?: (() => number) | undefined;
}

const MAX_IDEMPOTENCY_KEYS = 10_000;

/** The log of one process, in its memory; a restart begins a new epoch. */
export function memoryBackplane(options: MemoryBackplaneOptions = {}): Backplane {
  return new MemoryBackplane(options);
}

class MemoryBackplane implements Backplane {
  readonly #epoch = newEpoch();
  readonly #log: RingLog;
  readonly #positions = new Map<string, Position>(); // by idempotency key
  #offset = 0;
  #listener: BackplaneListener | undefined;
  #closed = false;

  constructor({ replay = {}, now = () => performance.now() }: MemoryBackplaneOptions) {
    const kept = replay === false ? { maxEvents: 0 } : replay;
    this.#log = new RingLog(
      {
        maxEvents: positive("replay.maxEvents", kept.maxEvents, 10_000, { least: 0 }),
        maxBytes: positive("replay.maxBytes", kept.maxBytes, 33_554_432, { least: 0 }),
        maxAgeMs: positive("replay.maxAgeMs", kept.maxAgeMs, 300_000),
      },
      now,
    );
  }

  async publish(
    message: BackplaneMessage,
    { idempotencyKey }: { readonly idempotencyKey?: string | undefined } = {},
  ): Promise<Position> {
    this.#assertOpen("publish");
    const known = idempotencyKey === undefined ? undefined : this.#positions.get(idempotencyKey);
    if (known !== undefined) return known;
    const logged = { ...message, offset: ++this.#offset };
    const position = this.#head();
    if (idempotencyKey !== undefined) this.#remember(idempotencyKey, position);
    this.#log.append(logged);
    this.#listener?.onMessages([logged]);
    return position;
  }

  async subscribe(listener: BackplaneListener): Promise<Position> {
    this.#assertOpen("subscribe");
    this.#listener = listener;
    return this.#head();
  }

  async replay(after: number, channels: readonly string[], limit: number): Promise<ReplayPage> {
    this.#assertOpen("replay");
    this.#log.trim();
    const { messages, upTo } = this.#log.read(after, new Set(channels), limit);
    return {
      epoch: this.#epoch,
      messages,
      upTo: upTo ?? Math.max(after, this.#offset),
      last: upTo === undefined,
      trimmed: this.#log.trimmedOf(channels),
    };
  }

  async head(): Promise<Position> {
    this.#assertOpen("head");
    return this.#head();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listener = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #head(): Position {
    return { epoch: this.#epoch, offset: this.#offset };
  }

  #remember(key: string, position: Position): void {
    this.#positions.set(key, position);
    if (this.#positions.size <= MAX_IDEMPOTENCY_KEYS) return;
    this.#positions.delete(this.#positions.keys().next().value as string);
  }

  #assertOpen(operation: string): void {
    if (this.#closed)
      throw new BackplaneError(operation, `The backplane is closed; ${operation} needs an open one.`);
  }
}

/** Never the same twice, and short, since every id carries it. */
function newEpoch(): string {
  const random = crypto.getRandomValues(new Uint32Array(2));
  return `${(random[0] as number).toString(36)}${(random[1] as number).toString(36)}`;
}
