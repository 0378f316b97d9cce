import { type ConsumerMessages, DeliverPolicy, type JsMsg } from "@nats-io/jetstream";
import type { LiveLog } from "./live-log.ts";
import type { Position } from "./message.ts";
import { readBody } from "./nats-message.ts";
import type { NatsConnection, NatsStream } from "./nats-stream.ts";
import { pause } from "./retry.ts";

/** A quiet stream is asked so often whether it still is the same, and all of it here. */
const CHECK_MS = 2_000;

export interface NatsReaderPlan {
  readonly connection: NatsConnection;
  readonly stream: NatsStream;
  readonly live: LiveLog;
  readonly onError: (error: unknown) => void;
}

/** Reads the stream as it grows. After an outage it makes sure that it is the same stream, and goes on. */
export class NatsReader {
  readonly #plan: NatsReaderPlan;
  /** When the last event was logged that was read: if another has its place, the stream has lost some. */
  #lastTime: number | undefined;
  #messages: ConsumerMessages | undefined;
  /** It has been read since the last failure. */
  #isWell = true;
  #isClosed = false;

  constructor(plan: NatsReaderPlan) {
    this.#plan = plan;
  }

  close(): void {
    this.#isClosed = true;
    this.#messages?.stop();
  }

  async run(): Promise<void> {
    for (let attempt = 0; !this.#isClosed; ) {
      try {
        await this.#verify();
        await this.#consume();
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

  /** Until the connection is another, or the stream is. */
  async #consume(): Promise<void> {
    const { stream, live } = this.#plan;
    const start = live.position.offset + 1;
    const options = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: start };
    const consumer = await stream.client.consumers.get(stream.name, options);
    const messages = await consumer.consume({ max_messages: 512 });
    this.#messages = messages;
    if (this.#isClosed) messages.stop();
    const check = this.#checkRegularly(messages);
    const server = this.#serverSeen();
    try {
      for await (const message of messages) {
        if (this.#isClosed || this.#serverSeen() !== server) break;
        this.#take(message);
      }
    } finally {
      clearInterval(check);
      messages.stop();
      consumer.delete().catch(() => {});
    }
  }

  #take(message: JsMsg): void {
    const { live, onError } = this.#plan;
    const { epoch } = live.position;
    live.accept([readBody({ epoch, offset: message.seq }, message.data, onError)]);
    this.#isWell = true;
    this.#lastTime = message.time.getTime();
  }

  /** Is it still the log that was read? If it went back, a new epoch begins, for everybody. */
  async #verify(): Promise<void> {
    const { stream, live } = this.#plan;
    const read = live.position;
    const { head, trimmed } = await stream.state();
    if (head.epoch === read.epoch && (await this.#hasLost(read, head, trimmed)))
      await stream.renew(read.epoch);
    const now = await stream.state();
    if (now.head.epoch === read.epoch) return;
    this.#lastTime = undefined;
    live.reset({ epoch: now.head.epoch, offset: now.trimmed });
  }

  async #hasLost(read: Position, head: Position, trimmed: number): Promise<boolean> {
    if (head.offset < read.offset) return true;
    if (this.#lastTime === undefined || read.offset <= trimmed) return false;
    return (await this.#plan.stream.timeOf(read.offset)) !== this.#lastTime;
  }

  #checkRegularly(messages: ConsumerMessages): ReturnType<typeof setInterval> {
    const { stream, live } = this.#plan;
    const server = this.#serverSeen();
    let before = live.position;
    let isAsking = false;
    const check = async (): Promise<void> => {
      const { head, trimmed } = await stream.state();
      const read = live.position;
      const isStuck = head.offset > read.offset && read.offset === before.offset;
      const isOther = head.epoch !== read.epoch || head.offset < read.offset || this.#serverSeen() !== server;
      // All that was missing was let go of before it could be read.
      if (isStuck && !isOther && trimmed >= head.offset) live.reset(head);
      else if (isStuck || isOther) messages.stop();
      before = read;
      this.#isWell = true;
    };
    return setInterval(() => {
      if (isAsking) return;
      isAsking = true;
      check()
        .catch(() => {}) // an outage, of which the next will tell
        .finally(() => {
          isAsking = false;
        });
    }, CHECK_MS);
  }

  /** Differs after each reconnection. */
  #serverSeen(): string {
    const { info } = this.#plan.connection;
    return `${info?.server_id} ${info?.client_id}`;
  }
}
