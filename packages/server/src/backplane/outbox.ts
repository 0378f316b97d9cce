import { BackplaneError } from "@sse/protocol";
import { afterTurn } from "../turn.ts";
import type { BackplaneMessage, Position } from "./message.ts";
import { pause } from "./retry.ts";

/** An event on its way to the log. */
export interface Letter {
  readonly message: BackplaneMessage;
  readonly idempotencyKey: string | undefined;
  /** About what it weighs. */
  readonly bytes: number;
}

/** A failure after which the same batch may be sent again: the connection broke, or nobody answered. */
export class RetryableError extends Error {
  /** Whether the batch may have arrived. */
  readonly wasSent: boolean;
  constructor(wasSent: boolean, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.wasSent = wasSent;
  }
}

/** Nobody will answer any more: sending again does not help, and the event may have arrived. */
export class UnansweredError extends Error {}

interface Entry extends Letter {
  readonly deadline: number;
  readonly resolve: (position: Position) => void;
  readonly reject: (error: BackplaneError) => void;
  isSettled: boolean;
  /** An attempt went out, and nobody knows what became of it. */
  isUncertain: boolean;
}

/** So long a closing backplane waits for what was published before. */
const LAST_WORDS_MS = 500;
const MAX_BATCH_EVENTS = 256;
const MAX_BATCH_BYTES = 1_048_576;

export interface OutboxPlan {
  /**
   * Appends a batch, and resolves with a position for each of its events. `take` gives it at the moment in which it
   * leaves this process, the same for the same number, which the store appends only if it has not yet. Numbers ascend.
   * An error in the place of a position: the store has refused this one for certain, unless it is an
   * `UnansweredError`.
   */
  readonly send: (number: number, take: () => readonly Letter[]) => Promise<readonly (Position | Error)[]>;
  readonly timeoutMs: number;
}

/**
 * Events in the order of the calls, in batches: what was published while one was on its way is the next. One batch at
 * a time, so that none can overtake another through a broken connection.
 */
export class Outbox {
  readonly #plan: OutboxPlan;
  #queue: Entry[] = [];
  #batch: Entry[] = [];
  #number = 0;
  /** The batch is on its way out, or with the store. */
  #isSent = false;
  /** An earlier attempt may have arrived: the batch has to stay as it is. */
  #wasSent = false;
  /** Why the last attempt failed, for those who wait in vain. */
  #failure: unknown;
  #isRunning = false;
  #isClosed = false;
  /** Called when nothing is left to send, or when sending fails. */
  #onRest: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(plan: OutboxPlan) {
    this.#plan = plan;
  }

  add(letter: Letter): Promise<Position> {
    return new Promise((resolve, reject) => {
      const deadline = performance.now() + this.#plan.timeoutMs;
      this.#queue.push({ ...letter, deadline, resolve, reject, isSettled: false, isUncertain: false });
      this.#timer ??= setTimeout(this.#expire, this.#plan.timeoutMs);
      if (this.#isRunning) return;
      this.#isRunning = true;
      afterTurn(() => void this.#run());
    });
  }

  /** What was added before is still sent, where the store answers soon; what is left then is rejected. */
  async close(): Promise<void> {
    if (this.#isRunning && this.#failure === undefined) await this.#rest();
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const entry of this.#batch) entry.isUncertain ||= this.#isSent;
    for (const entry of [...this.#batch, ...this.#queue]) this.#fail(entry, "the backplane was closed");
    this.#queue = [];
  }

  #rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LAST_WORDS_MS);
      this.#onRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0 && !this.#isClosed) {
      this.#batch = this.#take();
      await this.#deliver(++this.#number);
      this.#batch = [];
    }
    this.#isRunning = false;
    this.#onRest?.();
  }

  /** Until the log has the batch, or says no, or nobody waits for it any more. */
  async #deliver(number: number): Promise<void> {
    const take = (): readonly Letter[] => this.#letGo();
    this.#wasSent = false;
    for (let attempt = 0; this.#batch.some(({ isSettled }) => !isSettled); attempt++) {
      this.#isSent = false;
      try {
        const positions = await this.#plan.send(number, take);
        for (const [index, entry] of this.#batch.entries()) this.#answer(entry, positions[index]);
        this.#failure = undefined;
        return;
      } catch (error) {
        this.#isSent = false;
        if (!(error instanceof RetryableError)) {
          for (const entry of this.#batch) this.#fail(entry, "the log refused it", error);
          return;
        }
        this.#failure = error;
        this.#onRest?.();
        this.#wasSent ||= error.wasSent;
        for (const entry of this.#batch) entry.isUncertain ||= error.wasSent;
        if (!this.#isClosed) await pause(attempt);
      }
    }
  }

  /** What was rejected for certain must not be logged after all; once it may have arrived, a batch stays as it is. */
  #letGo(): readonly Letter[] {
    const waiting = this.#batch.filter(({ isSettled }) => !isSettled);
    if (waiting.length === 0) throw new RetryableError(false, "nobody waits for it any more");
    if (!this.#wasSent) this.#batch = waiting;
    this.#isSent = true;
    return this.#batch;
  }

  #answer(entry: Entry, answer: Position | Error | undefined): void {
    if (answer === undefined) this.#fail(entry, "the log gave no position");
    else if (answer instanceof UnansweredError) {
      entry.isUncertain = true;
      this.#fail(entry, "nobody will answer any more", answer);
    } else if (answer instanceof Error) this.#fail(entry, "the log refused it", answer);
    else this.#settle(entry, () => entry.resolve(answer));
  }

  #take(): Entry[] {
    let bytes = 0;
    let count = 0;
    for (const entry of this.#queue) {
      bytes += entry.bytes;
      if (count > 0 && (count >= MAX_BATCH_EVENTS || bytes > MAX_BATCH_BYTES)) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  /** All wait equally long, so that the first to come is the first to expire. */
  readonly #expire = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    const { timeoutMs } = this.#plan;
    const isLate = ({ deadline }: Entry): boolean => deadline <= now;
    for (const entry of this.#batch.filter(isLate)) {
      entry.isUncertain ||= this.#isSent;
      this.#fail(
        entry,
        `the log did not take it within publishTimeoutMs, which is ${timeoutMs}`,
        this.#failure,
      );
    }
    const waiting = this.#queue.findIndex((entry) => !isLate(entry));
    const late = this.#queue.splice(0, waiting === -1 ? this.#queue.length : waiting);
    for (const entry of late) {
      this.#fail(entry, `it was not sent within publishTimeoutMs, which is ${timeoutMs}`, this.#failure);
    }
    const next = this.#batch.find(({ isSettled }) => !isSettled) ?? this.#queue[0];
    if (next !== undefined) this.#timer = setTimeout(this.#expire, Math.max(1, next.deadline - now));
  };

  #fail(entry: Entry, why: string, cause?: unknown): void {
    const { isUncertain: uncertain } = entry;
    const told = cause instanceof Error ? `: ${cause.message.replace(/\.$/, "")}` : "";
    this.#settle(entry, () =>
      entry.reject(
        new BackplaneError("publish", `The event was not published, since ${why}${told}.`, {
          cause,
          uncertain,
        }),
      ),
    );
  }

  #settle(entry: Entry, settle: () => void): void {
    if (entry.isSettled) return;
    entry.isSettled = true;
    settle();
  }
}
