import { DeliverPolicy, JetStreamApiError } from "@nats-io/jetstream";
import { BackplaneError } from "@sse/protocol";
import type { Frame } from "../frame.ts";
import { optionalLimit } from "../options.ts";
import type { Backplane, BackplaneListener, BackplaneSubscription, ReplayPage } from "./backplane.ts";
import { LiveLog } from "./live-log.ts";
import type { BackplaneMessage, Position } from "./message.ts";
import { formatBody, headerText, readBody, subjectToken } from "./nats-message.ts";
import { NatsReader } from "./nats-reader.ts";
import { type NatsConnection, type NatsState, NatsStream } from "./nats-stream.ts";
import { type Letter, Outbox, RetryableError, UnansweredError } from "./outbox.ts";
import { ReplayGate } from "./replay-gate.ts";
import { pause, within } from "./retry.ts";
import {
  type RemoteStoreOptions,
  type RemoteStoreSettings,
  resolveRemoteStoreOptions,
} from "./store-options.ts";

/** How the log is kept in NATS JetStream. */
export interface NatsBackplaneOptions extends RemoteStoreOptions {
  /** On how many servers of a cluster the stream is kept, 1 to 5. Default: 1. */
  readonly replicas?: number | undefined;
}

/** What is on its way when a connection breaks is never answered. Asking again costs nothing: it is logged once. */
const ATTEMPT_MS = 1_000;
/** How many events a page of the past looks at. */
const PAGE_EVENTS = 128;

/**
 * The log in a stream of NATS JetStream, for any number of processes. It takes your connection, and leaves it open;
 * let it reconnect for ever (`maxReconnectAttempts: -1`). The stream `sse_<name>` is made if it is not there.
 *
 * A new epoch begins, and clients are told of one gap, when the stream was made anew or has lost events that this
 * process has read.
 *
 * @throws InvalidOptionError
 */
export function natsBackplane(connection: NatsConnection, options: NatsBackplaneOptions = {}): Backplane {
  const replicas = optionalLimit("replicas", options.replicas, 1) || 1;
  return new NatsBackplane(connection, resolveRemoteStoreOptions(options), replicas);
}

class NatsBackplane implements Backplane {
  readonly #settings: RemoteStoreSettings;
  readonly #stream: NatsStream;
  readonly #live: LiveLog;
  readonly #reader: NatsReader;
  readonly #outbox: Outbox;
  readonly #replays: ReplayGate = new ReplayGate();
  readonly #writer: string = crypto.randomUUID();
  #state: NatsState | undefined;
  #started: Promise<void> | undefined;
  #isReading = false;
  #isClosed = false;
  #closing: Promise<void> | undefined;

  constructor(connection: NatsConnection, settings: RemoteStoreSettings, replicas: number) {
    const { name, limits, idempotencyMs, publishTimeoutMs: timeoutMs, cache, onError } = settings;
    this.#settings = settings;
    this.#stream = new NatsStream({ connection, name, limits, idempotencyMs, replicas, timeoutMs });
    this.#live = new LiveLog(cache, onError);
    this.#reader = new NatsReader({ connection, stream: this.#stream, live: this.#live, onError });
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
    this.#started ??= this.#ask("subscribe", () => this.#start());
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
    return this.#replays.ask(after, channels, maxBytes, () =>
      this.#ask("replay", () => this.#readPage(after, new Set(channels), maxBytes)),
    );
  }

  async head(): Promise<Position> {
    this.#assertOpen("head");
    return (await this.#ask("head", () => this.#stream.state())).head;
  }

  /** The connection stays open, and yours. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#isClosed = true;
    await this.#outbox.close();
    this.#reader.close();
    this.#live.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Begins with what the stream still has: those who come back to a process that has just come find it here. */
  async #start(): Promise<void> {
    const { head, trimmed } = await this.#stream.state();
    const { cache, publishTimeoutMs } = this.#settings;
    const newest = cache.maxEvents === false ? 0 : head.offset - cache.maxEvents;
    if (!this.#isReading) {
      this.#isReading = true;
      this.#live.start({ ...head, offset: Math.max(trimmed, newest) });
      void this.#reader.run();
    }
    // Half of the time that whoever subscribes waits for us; what comes later comes to listeners, who can tell.
    const end = performance.now() + publishTimeoutMs / 2;
    const isBehind = ({ epoch, offset }: Position): boolean => epoch === head.epoch && offset < head.offset;
    while (isBehind(this.#live.position) && performance.now() < end && !this.#isClosed) await pause(0);
  }

  /** What a stream has let go of is not known by channel: there is a gap for all. */
  async #readPage(after: Position, channels: ReadonlySet<string>, maxBytes: number): Promise<ReplayPage> {
    const { head, trimmed } = await this.#stream.state();
    if (after.epoch !== head.epoch) return { gap: "unknown-epoch", from: head, frames: [], upTo: head };
    if (after.offset > head.offset) return { gap: "future", from: head, frames: [], upTo: head };
    const first = Math.max(after.offset, trimmed);
    const looked = await this.#fetch({ ...head, offset: first }, Math.min(PAGE_EVENTS, head.offset - first));
    const begin = await this.#begin(first, head.offset, looked);
    const gap = after.offset < begin ? "expired" : undefined;
    const from = { ...head, offset: begin };
    const frames: Frame[] = [];
    let bytes = 0;
    for (const frame of looked) {
      if (!channels.has(frame.channel)) continue;
      bytes += frame.bytes.length;
      if (frames.length > 0 && bytes > maxBytes) {
        return { gap, from, frames, upTo: { ...head, offset: frame.offset - 1 } };
      }
      frames.push(frame);
    }
    return { gap, from, frames, upTo: { ...head, offset: looked.at(-1)?.offset ?? from.offset } };
  }

  async #fetch(after: Position, count: number): Promise<readonly Frame[]> {
    if (count <= 0) return [];
    const options = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: after.offset + 1 };
    const consumer = await this.#stream.client.consumers.get(this.#stream.name, options);
    const frames: Frame[] = [];
    try {
      for await (const message of await consumer.fetch({ max_messages: count, expires: 1_000 })) {
        frames.push(readBody({ ...after, offset: message.seq }, message.data));
      }
    } finally {
      consumer.delete().catch(() => {});
    }
    // Where somebody has deleted events, a page ends, and the next begins with a gap.
    const begin = frames[0]?.offset ?? 0;
    const hole = frames.findIndex(({ offset }, index) => offset !== begin + index);
    return hole === -1 ? frames : frames.slice(0, hole);
  }

  /** After which offset a page begins: past what was let go of meanwhile, or deleted. */
  async #begin(after: number, head: number, looked: readonly Frame[]): Promise<number> {
    const [first] = looked;
    if (first !== undefined) return first.offset - 1;
    if (after >= head) return after;
    return ((await this.#stream.next(after + 1)) ?? head + 1) - 1;
  }

  /** One after the other on one connection: what arrives of a batch is its beginning, and the rest follows. */
  async #send(number: number, take: () => readonly Letter[]): Promise<readonly (Position | Error)[]> {
    let state: NatsState;
    try {
      state = this.#state ??= await this.#stream.state();
    } catch (error) {
      throw judge(error, false);
    }
    const answers = await Promise.all(
      take().map((letter, index) => this.#append(state, letter, `${this.#writer}.${number}.${index}`)),
    );
    const toTryAgain = answers.find((answer) => answer instanceof RetryableError);
    if (toTryAgain === undefined) return answers;
    this.#state = undefined; // it may be another by now
    // Where one may have arrived, or has, the batch has to stay as it is.
    throw new RetryableError(answers.some(mayHaveArrived), toTryAgain);
  }

  /** Its position, or why it has none: a batch is judged when all of it was answered, each event for itself. */
  async #append(
    { subject, head }: NatsState,
    { message, idempotencyKey }: Letter,
    ownKey: string,
  ): Promise<Position | Error> {
    const msgID = idempotencyKey === undefined ? ownKey : headerText(idempotencyKey);
    const timeout = Math.min(ATTEMPT_MS, this.#settings.publishTimeoutMs);
    const name = subject + subjectToken(message.channel);
    try {
      const { client } = this.#stream;
      const { seq } = await client.publish(name, formatBody(message), { msgID, timeout, retries: 1 });
      return { epoch: head.epoch, offset: seq };
    } catch (error) {
      return judge(error, true);
    }
  }

  async #ask<T>(operation: string, ask: () => Promise<T>): Promise<T> {
    const { publishTimeoutMs } = this.#settings;
    try {
      return await within(ask(), publishTimeoutMs, () => {});
    } catch (cause) {
      const why = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, "");
      throw new BackplaneError(operation, `NATS did not answer ${operation}: ${why}.`, { cause });
    }
  }

  #assertOpen(operation: string): void {
    if (!this.#isClosed) return;
    throw new BackplaneError(operation, `The backplane is closed; ${operation} needs an open one.`);
  }
}

function mayHaveArrived(answer: Position | Error): boolean {
  if (answer instanceof RetryableError) return answer.wasSent;
  return answer instanceof UnansweredError || !(answer instanceof Error);
}

/** What never left: the connection was closed before, or it is too large for the server. */
const NOT_SENT = /^(ClosedConnection|DrainingConnection|InvalidArgument)Error$/;

/** The server's no is final, unless it only cannot at present. */
function judge(error: unknown, wasSent: boolean): Error {
  // There was an answer, and it was no.
  if (error instanceof JetStreamApiError)
    return error.status < 500 ? error : new RetryableError(false, error);
  if (!(error instanceof Error)) return new RetryableError(wasSent, error);
  if (NOT_SENT.test(error.name)) return error;
  // What was on its way when the connection was closed for good.
  if (wasSent && /connection closed/i.test(error.message))
    return new UnansweredError(error.message, { cause: error });
  return new RetryableError(wasSent, error);
}
