import { BackplaneError } from "@sse/protocol";
import { optionalLimit } from "../options.ts";
import { afterTurn } from "../turn.ts";
import type { Backplane, BackplaneListener, BackplaneSubscription, ReplayPage } from "./backplane.ts";
import { LiveLog } from "./live-log.ts";
import type { BackplaneMessage, Position } from "./message.ts";
import { pause } from "./retry.ts";
import { type Appended, type SqliteEntry, SqliteLog } from "./sqlite-log.ts";
import type { SqliteDatabase } from "./sqlite-schema.ts";
import { resolveRemoteStoreOptions, type StoreOptions } from "./store-options.ts";

/** How the log is kept in a file. */
export interface SqliteBackplaneOptions extends StoreOptions {
  /**
   * How often it is looked whether another process on the same file has published, in milliseconds. Default: 50.
   * False: never, for a file that one process has alone.
   */
  readonly pollMs?: number | false | undefined;
  /**
   * So long publishing waits while another process writes, in milliseconds; then it rejects with a `BackplaneError`.
   * Default: 5,000.
   */
  readonly publishTimeoutMs?: number | undefined;
  /** Told what the log could not read. Default: `console.error`. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

interface Pending extends SqliteEntry {
  readonly deadline: number;
  readonly resolve: (position: Position) => void;
  readonly reject: (error: BackplaneError) => void;
}

/** What a reader of its own needs: the ring of LiveLog keeps nothing, since the file is right here. */
const NOTHING = { maxEvents: 0, maxBytes: false, maxAgeMs: false } as const;

/**
 * The log in a file, for one machine: ids go on after a restart, and after a crash. Everything that is published in one
 * turn of the event loop is one transaction, and is on the disk when `publish` resolves.
 *
 * @throws InvalidOptionError, and what SQLite throws where the tables cannot be made
 */
export function sqliteBackplane(database: SqliteDatabase, options: SqliteBackplaneOptions = {}): Backplane {
  return new SqliteBackplane(database, options);
}

class SqliteBackplane implements Backplane {
  readonly #log: SqliteLog;
  readonly #live: LiveLog;
  readonly #timeoutMs: number;
  readonly #onError: (error: unknown) => void;
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #queue: Pending[] = [];
  #isScheduled = false;
  #version: unknown;
  /** The last look failed, which was told. */
  #isFailing = false;
  #isClosed = false;

  constructor(database: SqliteDatabase, options: SqliteBackplaneOptions) {
    const { name, limits, idempotencyMs, publishTimeoutMs, onError } = resolveRemoteStoreOptions(options);
    const pollMs = optionalLimit("pollMs", options.pollMs, 50);
    this.#timeoutMs = publishTimeoutMs;
    this.#onError = onError;
    this.#log = new SqliteLog(database, name, limits, idempotencyMs);
    this.#live = new LiveLog(NOTHING, onError);
    this.#live.start(this.#log.head());
    if (pollMs === false) return;
    this.#timer = setInterval(() => this.#poll(), pollMs);
    // Looking is no reason to stay: where timers can say so, they do.
    (this.#timer as { unref?(): void }).unref?.();
  }

  publish(
    message: BackplaneMessage,
    options?: { readonly idempotencyKey?: string | undefined },
  ): Promise<Position> {
    return new Promise((resolve, reject) => {
      this.#assertOpen("publish");
      const deadline = performance.now() + this.#timeoutMs;
      const idempotencyKey = options?.idempotencyKey;
      this.#queue.push({ message, idempotencyKey, deadline, resolve, reject });
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      afterTurn(() => void this.#run());
    });
  }

  async subscribe(listener: BackplaneListener): Promise<BackplaneSubscription> {
    this.#assertOpen("subscribe");
    this.#read();
    const remove = this.#live.add(listener);
    return { position: this.#live.position, close: async () => remove() };
  }

  async replay(after: Position, channels: readonly string[], maxBytes: number): Promise<ReplayPage> {
    this.#assertOpen("replay");
    return this.#ask("replay", () => this.#log.replay(after, channels, maxBytes));
  }

  async head(): Promise<Position> {
    this.#assertOpen("head");
    return this.#ask("head", () => this.#log.head());
  }

  /** What was published before is still logged. The database stays open, and yours. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    if (!this.#flush())
      this.#reject(this.#queue.splice(0), "the backplane was closed while another process wrote");
    this.#live.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(): Promise<void> {
    for (let attempt = 0; this.#queue.length > 0 && !this.#flush(); attempt++) {
      await pause(attempt);
      const now = performance.now();
      const late = this.#queue.filter(({ deadline }) => deadline <= now);
      this.#queue = this.#queue.filter(({ deadline }) => deadline > now);
      this.#reject(
        late,
        `another process wrote for longer than publishTimeoutMs, which is ${this.#timeoutMs}`,
      );
    }
    this.#isScheduled = false;
  }

  /** One transaction with all that waits. False if another process is in one. */
  #flush(): boolean {
    if (this.#queue.length === 0) return true;
    try {
      this.#log.begin();
    } catch (error) {
      if (/lock|busy/i.test(String(error))) return false;
      this.#reject(this.#queue.splice(0), "SQLite refused it", error);
      return true;
    }
    const batch = this.#queue.splice(0);
    let isWritten = false;
    let appended: Appended;
    try {
      appended = this.#log.append(batch);
      isWritten = true;
      this.#log.commit();
    } catch (error) {
      this.#rollback();
      // A commit that failed may be on the disk all the same.
      this.#reject(batch, "SQLite refused it", error, isWritten);
      return true;
    }
    for (const [index, { resolve }] of batch.entries()) resolve(appended.positions[index]!); // one for each
    // Another process may have published before.
    if (appended.frames[0]?.offset === this.#live.position.offset + 1) this.#live.accept(appended.frames);
    this.#read();
    return true;
  }

  #rollback(): void {
    try {
      this.#log.rollback();
    } catch {
      // SQLite has done it by itself.
    }
  }

  #poll(): void {
    try {
      const { version } = this.#log;
      if (version !== this.#version) this.#read();
      this.#version = version;
      if (this.#queue.length === 0) this.#log.trimForAge();
      this.#isFailing = false;
    } catch (error) {
      this.#tellOnce(error);
    }
  }

  /** Whatever is new in the file goes to those who listen. */
  #read(): void {
    try {
      for (;;) {
        const frames = this.#log.after(this.#live.position, this.#onError);
        if (frames.length === 0) break;
        this.#live.accept(frames);
      }
      const head = this.#log.head();
      // It was let go of before it was read here.
      if (head.offset !== this.#live.position.offset) this.#live.reset(head);
    } catch (error) {
      this.#tellOnce(error);
    }
  }

  /** Once until a look succeeds. Where another process has the file, the next look will do. */
  #tellOnce(error: unknown): void {
    if (this.#isFailing || /lock|busy/i.test(String(error))) return;
    this.#isFailing = true;
    this.#onError(error);
  }

  #ask<T>(operation: string, ask: () => T): T {
    try {
      return ask();
    } catch (cause) {
      throw new BackplaneError(operation, `SQLite did not answer ${operation}: ${cause}.`, { cause });
    }
  }

  #reject(entries: readonly Pending[], why: string, cause?: unknown, uncertain = false): void {
    const told = cause instanceof Error ? `: ${cause.message}` : "";
    for (const { reject } of entries) {
      reject(
        new BackplaneError("publish", `The event was not published, since ${why}${told}.`, {
          cause,
          uncertain,
        }),
      );
    }
  }

  #assertOpen(operation: string): void {
    if (!this.#isClosed) return;
    throw new BackplaneError(operation, `The backplane is closed; ${operation} needs an open one.`);
  }
}
