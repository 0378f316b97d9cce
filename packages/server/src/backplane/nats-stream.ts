import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type MsgRequest,
  type NextMsgRequest,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from "@nats-io/jetstream";
import { newEpoch } from "./epoch.ts";
import type { Position } from "./message.ts";
import type { RingLogLimits } from "./ring-log.ts";

/** A connection of `@nats-io/transport-node`, or of another transport. */
export type NatsConnection = Parameters<typeof jetstream>[0];

const STREAM_NOT_FOUND = 10059;
const STREAM_NAME_IN_USE = 10058;

export interface NatsStreamPlan {
  readonly connection: NatsConnection;
  readonly name: string;
  readonly limits: RingLogLimits;
  readonly idempotencyMs: number;
  readonly replicas: number;
  readonly timeoutMs: number;
}

/** What is known of the stream at one moment. */
export interface NatsState {
  readonly head: Position;
  /** Everything up to here is gone. */
  readonly trimmed: number;
  /** What is published begins with this. It differs in each epoch, so that none is published into another one. */
  readonly subject: string;
}

/** The stream of one hub: made if need be, and made anew where it has lost something. */
export class NatsStream {
  readonly name: string;
  readonly client: JetStreamClient;
  readonly #plan: NatsStreamPlan;
  #manager: Promise<JetStreamManager> | undefined;
  /** Once: processes with different limits must not change them back and forth. Who comes last has them its way. */
  #isAdjusted = false;

  constructor(plan: NatsStreamPlan) {
    this.#plan = plan;
    this.name = `sse_${plan.name}`;
    this.client = jetstream(plan.connection, { timeout: plan.timeoutMs });
  }

  async state(): Promise<NatsState> {
    const { created, state, config } = await this.#info();
    const epoch = BigInt(created.replace(/\D/g, "")).toString(36);
    const [subject = ""] = config.subjects;
    return {
      head: { epoch, offset: state.last_seq },
      trimmed: Math.max(0, state.first_seq - 1),
      subject: subject.slice(0, -1),
    };
  }

  /** The time of an event, which tells it from another that has got its place; nothing if it is not there. */
  async timeOf(offset: number): Promise<number | undefined> {
    try {
      const manager = await this.#managed();
      const message = await manager.streams.getMessage(this.name, { seq: offset });
      return message?.time.getTime();
    } catch (error) {
      if (error instanceof JetStreamApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** The offset of the next event from this one on; nothing if there is none. */
  async next(from: number): Promise<number | undefined> {
    try {
      const manager = await this.#managed();
      const query: NextMsgRequest = { seq: from, next_by_subj: ">" };
      // Servers take this kind of request as well, only the types say so elsewhere.
      return (await manager.streams.getMessage(this.name, query as MsgRequest & NextMsgRequest))?.seq;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Begins a new epoch, unless somebody has done so since. */
  async renew(lost: string): Promise<void> {
    const manager = await this.#managed();
    const { head } = await this.state();
    if (head.epoch !== lost) return;
    await manager.streams.delete(this.name);
    await this.state();
  }

  async #info(): Promise<StreamInfo> {
    const manager = await this.#managed();
    try {
      const info = await manager.streams.info(this.name);
      const wanted = this.#config("");
      const isAsWanted = this.#isAdjusted || !isOutdated(info.config, wanted);
      const last = isAsWanted
        ? info
        : await manager.streams.update(this.name, { ...info.config, ...limitsOf(wanted) });
      this.#isAdjusted = true;
      return last;
    } catch (error) {
      if (!isApiError(error, STREAM_NOT_FOUND)) throw error;
    }
    try {
      const info = await manager.streams.add(this.#config(newEpoch()));
      this.#isAdjusted = true;
      return info;
    } catch (error) {
      // Another process was faster.
      if (!isApiError(error, STREAM_NAME_IN_USE)) throw error;
      return manager.streams.info(this.name);
    }
  }

  #managed(): Promise<JetStreamManager> {
    const { connection, timeoutMs } = this.#plan;
    this.#manager ??= jetstreamManager(connection, { checkAPI: false, timeout: timeoutMs });
    return this.#manager;
  }

  #config(token: string): NewStreamConfig {
    const { name, limits, idempotencyMs, replicas } = this.#plan;
    const maxAgeNs = limits.maxAgeMs === false ? 0 : limits.maxAgeMs * 1e6;
    const windowNs = idempotencyMs * 1e6;
    return {
      name: this.name,
      subjects: [`sse.${name}.${token}.>`],
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      discard: DiscardPolicy.Old,
      max_msgs: limits.maxEvents === false ? -1 : limits.maxEvents,
      max_bytes: limits.maxBytes === false ? -1 : limits.maxBytes,
      max_age: maxAgeNs,
      // The server wants it no longer than the age.
      duplicate_window: maxAgeNs === 0 ? windowNs : Math.min(windowNs, maxAgeNs),
      num_replicas: replicas,
    };
  }
}

type Limits = Pick<StreamConfig, "max_msgs" | "max_bytes" | "max_age" | "duplicate_window" | "num_replicas">;
type NewStreamConfig = Limits & Pick<StreamConfig, "name" | "subjects" | "retention" | "storage" | "discard">;

function limitsOf({ max_msgs, max_bytes, max_age, duplicate_window, num_replicas }: Limits): Limits {
  return { max_msgs, max_bytes, max_age, duplicate_window, num_replicas };
}

function isOutdated(now: Limits, wanted: Limits): boolean {
  return JSON.stringify(limitsOf(now)) !== JSON.stringify(limitsOf(wanted));
}

function isApiError(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}
