import { BackplaneError } from "@sse/protocol";
import type { Backplane, BackplaneListener, BackplaneSubscription, ReplayPage } from "./backplane.ts";
import { formatFacts } from "./envelope.ts";
import { LiveLog } from "./live-log.ts";
import type { BackplaneMessage, Position } from "./message.ts";
import { type Letter, Outbox } from "./outbox.ts";
import { checkedClient, type RedisClient } from "./redis-client.ts";
import { RedisLink, RedisScript } from "./redis-link.ts";
import {
  epochNumber,
  parseEntryId,
  parseHead,
  parsePage,
  type RedisHead,
  type RedisKeys,
  redisKeys,
  wellFormed,
} from "./redis-log.ts";
import { RedisReader } from "./redis-reader.ts";
import { HEAD_SCRIPT, PUBLISH_SCRIPT, REPLAY_SCRIPT } from "./redis-scripts.ts";
import { ReplayGate } from "./replay-gate.ts";
import {
  type RemoteStoreOptions,
  type RemoteStoreSettings,
  resolveRemoteStoreOptions,
} from "./store-options.ts";

const HEAD = new RedisScript(HEAD_SCRIPT);
const PUBLISH = new RedisScript(PUBLISH_SCRIPT);
const REPLAY = new RedisScript(REPLAY_SCRIPT);
/** The outcome of a batch is remembered so long, for a command that was sent twice. */
const WRITER_MS = "3600000";

/** How the log is kept in Redis or Valkey. */
export type RedisBackplaneOptions = RemoteStoreOptions;

/**
 * The log in a stream of Redis 7 or Valkey, for any number of processes. It takes your client of `redis` (node-redis)
 * or `ioredis` only to duplicate it, Sentinel and Cluster included: it need not be connected, and stays yours.
 *
 * A new epoch begins, and clients are told of one gap, whenever Redis was restarted, a replica was promoted or the
 * stream is gone, since acknowledged events may be missing then.
 *
 * @throws InvalidOptionError for an option out of range, and for what is no such client
 */
export function redisBackplane(client: RedisClient, options: RedisBackplaneOptions = {}): Backplane {
  return new RedisBackplane(checkedClient(client), resolveRemoteStoreOptions(options));
}

class RedisBackplane implements Backplane {
  readonly #settings: RemoteStoreSettings;
  readonly #keys: RedisKeys;
  readonly #limits: readonly string[];
  /** For publishing and asking; the reader's waits most of the time. */
  readonly #link: RedisLink;
  readonly #live: LiveLog;
  readonly #reader: RedisReader;
  readonly #outbox: Outbox;
  readonly #replays: ReplayGate = new ReplayGate();
  readonly #writer: string = crypto.randomUUID();
  #started: Promise<void> | undefined;
  #isClosed = false;
  #closing: Promise<void> | undefined;

  constructor(client: RedisClient, settings: RemoteStoreSettings) {
    const { limits, publishTimeoutMs: timeoutMs, onError } = settings;
    this.#settings = settings;
    this.#keys = redisKeys(settings.name);
    // The scripts know of no limit by a negative one.
    this.#limits = [limits.maxEvents, limits.maxBytes, limits.maxAgeMs].map((limit) =>
      String(limit === false ? -1 : limit),
    );
    this.#link = new RedisLink(client, timeoutMs);
    this.#live = new LiveLog(settings.cache, onError);
    const link = new RedisLink(client, timeoutMs);
    const head = (seen: Position): Promise<Position> => this.#askHead(link, seen);
    this.#reader = new RedisReader({ link, keys: this.#keys, live: this.#live, timeoutMs, head, onError });
    this.#outbox = new Outbox({
      send: (number, take) => this.#send(number, take),
      timeoutMs,
    });
  }

  async publish(
    message: BackplaneMessage,
    options?: { readonly idempotencyKey?: string | undefined },
  ): Promise<Position> {
    this.#assertOpen("publish");
    const bytes = message.payload.length + 128;
    return this.#outbox.add({ message, idempotencyKey: options?.idempotencyKey, bytes });
  }

  async subscribe(listener: BackplaneListener): Promise<BackplaneSubscription> {
    this.#assertOpen("subscribe");
    this.#started ??= this.#start();
    try {
      await this.#started;
    } catch (error) {
      this.#started = undefined;
      throw error;
    }
    this.#assertOpen("subscribe");
    const remove = this.#live.add(listener);
    return { position: this.#live.position, close: async () => remove() };
  }

  async replay(after: Position, channels: readonly string[], maxBytes: number): Promise<ReplayPage> {
    this.#assertOpen("replay");
    const read = this.#live.replay(after, channels, maxBytes);
    if (read !== undefined) return read;
    return this.#replays.ask(after, channels, maxBytes, async () => {
      const { epoch, offset } = after;
      const args = [epochNumber(epoch), String(offset), String(Math.min(maxBytes, Number.MAX_SAFE_INTEGER))];
      const reply = await this.#ask("replay", REPLAY, [...args, ...channels.map(wellFormed)]);
      return parsePage(reply, after);
    });
  }

  async head(): Promise<Position> {
    const { epoch, offset } = await this.#askFor("head");
    return { epoch, offset };
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#isClosed = true;
    await this.#outbox.close();
    this.#reader.close();
    this.#link.close();
    this.#live.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #start(): Promise<void> {
    const { epoch, offset, trimmed } = await this.#askFor("subscribe");
    const { maxEvents } = this.#settings.cache;
    const head = { epoch, offset };
    const from = { epoch, offset: Math.max(trimmed, maxEvents === false ? 0 : offset - maxEvents) };
    // Without the past it works as well; the log has it.
    await this.#reader.load(from, head).catch(() => this.#live.start(head));
    void this.#reader.run();
  }

  async #askFor(operation: string): Promise<RedisHead> {
    this.#assertOpen(operation);
    return parseHead(await this.#ask(operation, HEAD, ["-1", "0"]));
  }

  async #askHead(link: RedisLink, { epoch, offset }: Position): Promise<Position> {
    const words = this.#words([], [epochNumber(epoch), String(offset)]);
    return parseHead(await link.run(this.#keys.log, HEAD, () => words, this.#settings.publishTimeoutMs));
  }

  async #ask(operation: string, script: RedisScript, args: readonly string[]): Promise<unknown> {
    const { publishTimeoutMs } = this.#settings;
    try {
      const words = this.#words([], args);
      return await this.#link.ask(this.#keys.log, script, () => words, publishTimeoutMs);
    } catch (cause) {
      const why = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, "");
      throw new BackplaneError(operation, `Redis did not answer ${operation}: ${why}.`, { cause });
    }
  }

  async #send(number: number, take: () => readonly Letter[]): Promise<readonly Position[]> {
    const { publishTimeoutMs } = this.#settings;
    const args = (): readonly string[] => this.#batch(number, take());
    const outcome = await this.#link.run(this.#keys.log, PUBLISH, args, publishTimeoutMs);
    return String(outcome).split(" ").map(parseEntryId);
  }

  #batch(number: number, letters: readonly Letter[]): readonly string[] {
    const keys = [this.#keys.writer(this.#writer)];
    const args = [String(number), WRITER_MS, String(this.#settings.idempotencyMs)];
    for (const { message, idempotencyKey } of letters) {
      if (idempotencyKey !== undefined) keys.push(this.#keys.idempotency(idempotencyKey));
      // The first of these keys is the writer's.
      const key = idempotencyKey === undefined ? 0 : keys.length - 1;
      args.push(wellFormed(message.channel), message.payload, formatFacts(message), String(key));
    }
    return this.#words(keys, args);
  }

  /** What every script is given: the keys, and the limits before all else. */
  #words(keys: readonly string[], args: readonly string[]): readonly string[] {
    const all = [...this.#keys.state, ...keys];
    return [String(all.length), ...all, ...this.#limits, ...args];
  }

  #assertOpen(operation: string): void {
    if (!this.#isClosed) return;
    throw new BackplaneError(operation, `The backplane is closed; ${operation} needs an open one.`);
  }
}
