/// <reference lib="esnext.disposable" preserve="true" />
import {
  type EventIssue,
  encodeLastEventId,
  GAP_TYPE,
  InvalidOptionError,
  type ServerSentEvent,
  type SseError,
} from "@sse/protocol";
import type { ConnectionFace, ConnectionPlan } from "./connection.ts";
import type { ClientCloseReason, ConnectionState } from "./connection-state.ts";
import { type Decode, poisonId } from "./contract.ts";
import type { CursorStore } from "./cursor-store.ts";
import { EventQueue } from "./event-queue.ts";
import { gapError, readGap } from "./gap.ts";
import type { Link } from "./link.ts";
import { Listeners } from "./listeners.ts";
import { assertOptions } from "./option-rules.ts";
import type { ConnectOptions, GapEvent, UnknownEvent } from "./options.ts";
import { guarded, reportException } from "./report-exception.ts";
import type { Subscription, TypedEvent } from "./subscription.ts";

/** What a subscription is made of, beside its connection's plan. */
export interface SubscriptionParts<E> {
  /** What the events come over. */
  readonly open: (plan: ConnectionPlan, face: ConnectionFace) => Link;
  readonly decode: Decode<E>;
  /** Whether cursors stand in the data. */
  readonly cursorInData: boolean;
  readonly options: ConnectOptions<"drop" | "pass", "throw" | "event" | "ignore">;
  /** The URL for the store; `""` where it is a function. */
  readonly storeUrl: string;
}

export class EventSubscription<E extends TypedEvent> implements Subscription<E>, ConnectionFace {
  readonly #parts: SubscriptionParts<E>;
  readonly #signal: AbortSignal | null | undefined;
  readonly #connection: Link;
  readonly #listeners: Listeners<unknown> = new Listeners();
  readonly #states: Listeners<ConnectionState> = new Listeners();
  readonly #onIssue: NonNullable<ConnectOptions["onIssue"]>;
  readonly closed: Promise<ClientCloseReason>;
  #settleClosed: (reason: ClientCloseReason) => void = () => {};
  #queue: EventQueue<E> | undefined;
  #attached: Promise<void> | undefined;
  #attach: () => void = () => {};
  #failure: { readonly error: unknown } | undefined;
  #delivered: string;
  #saving = false;
  #finished = false;
  #forgotten = false;

  constructor(plan: ConnectionPlan, parts: SubscriptionParts<E>) {
    this.#parts = parts;
    this.#signal = plan.signal;
    this.#delivered = plan.lastEventId;
    this.#onIssue = guarded(parts.options.onIssue);
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    this.#connection = parts.open(plan, this);
    this.#start(parts.options.store, plan.lastEventId);
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  get lastEventId(): string {
    return this.#delivered;
  }

  on(
    type: string,
    listener: (event: never) => void,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): () => void {
    assertOptions(options);
    const { signal } = options;
    if (signal?.aborted) return () => {};
    // The types of `on` pair a type with its events; events are emitted by their type.
    const heard = listener as (event: unknown) => void;
    const off = this.#listeners.add(type, heard, () => signal?.removeEventListener("abort", off));
    // Where it is over already, there is nothing to be taken away.
    if (this.#connection.reason === undefined) signal?.addEventListener("abort", off, { once: true });
    this.#attach();
    return off;
  }

  onStateChange(listener: (state: ConnectionState) => void): () => void {
    return this.#states.add("", listener);
  }

  close(): void {
    this.#connection.close("closed");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<E, undefined, undefined> & AsyncIterable<E, undefined, undefined> {
    if (this.#queue !== undefined) {
      throw new InvalidOptionError("A subscription has one iterator; use on() to listen in several places.");
    }
    const queue = new EventQueue<E>();
    this.#queue = queue;
    if (this.#connection.reason !== undefined) queue.end(true);
    this.#attach();
    const iterator = {
      next: () => this.#take(queue),
      return: async (): Promise<IteratorReturnResult<undefined>> => {
        this.#failure = undefined;
        this.close();
        queue.end(true);
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  // What the connection tells. Public for it alone: connect() returns the narrower Subscription.

  onState(state: ConnectionState): void {
    if (state.status === "closed") this.#onClosed(state);
    this.#states.emit("", state);
    if (state.status === "closed") {
      this.#states.clear();
      this.#listeners.clear();
    }
  }

  onEvent(event: ServerSentEvent): void {
    if (event.type === GAP_TYPE) {
      this.#onGap(readGap(event));
      return;
    }
    try {
      this.#decode(event);
    } catch (cause) {
      // Only an asynchronous schema throws: an error of the program, which every event would repeat.
      this.#connection.close("failed", cause as SseError);
    }
  }

  onPoisonId(id: string): void {
    this.#onIssue(poisonId(id, this.#connection.received));
  }

  onPosition(lastEventId: string): void {
    if (!this.#queue?.move(lastEventId)) this.#setDelivered(lastEventId);
  }

  ready(): Promise<void> | undefined {
    if (this.#queue !== undefined) return this.#queue.whenEmpty();
    if (!this.#listeners.isEmpty) return undefined;
    this.#attached ??= new Promise((resolve) => {
      this.#attach = () => {
        this.#attached = undefined;
        resolve();
      };
    });
    return this.#attached;
  }

  isFinished(): boolean {
    return false; // the server says it is finished, or the client comes back
  }

  #decode(event: ServerSentEvent): void {
    const decoded = this.#parts.decode(event);
    if (decoded.kind === "done") {
      this.#connection.close("ended");
      return;
    }
    if (decoded.kind === "issue") {
      this.#onUnread(decoded.issue, decoded.data);
      return;
    }
    if (this.#parts.cursorInData) this.#connection.adopt(decoded.event.lastEventId);
    this.#deliver(decoded.event);
    if (decoded.end) this.#connection.close("ended");
  }

  #onUnread(issue: EventIssue, data: string): void {
    if (issue.kind !== "unknown" || this.#parts.options.unknown !== "pass") {
      this.#onIssue(issue);
      return;
    }
    const { type: name, lastEventId } = issue;
    const unknown: UnknownEvent = { type: "sse.unknown", name, data, lastEventId };
    // `unknown: "pass"` put UnknownEvent into E; only connect's overloads know that.
    this.#deliver(unknown as unknown as E);
  }

  #deliver(event: E): void {
    const position = this.#connection.received;
    this.#queue?.push(event, position);
    if (this.#queue === undefined) this.#setDelivered(position);
    this.#listeners.emit(event.type, event);
    this.#listeners.emit("*", event);
  }

  #onGap(gap: GapEvent): void {
    const { gaps } = this.#parts.options;
    if (gaps === "event") {
      this.#deliver(gap as unknown as E); // as with "pass"
      return;
    }
    this.#listeners.emit(GAP_TYPE, gap);
    if (gaps === "throw") this.#connection.close("failed", gapError(gap));
  }

  async #take(queue: EventQueue<E>): Promise<IteratorResult<E, undefined>> {
    const event = await queue.take((item) => {
      this.#setDelivered(item.lastEventId);
      this.#forget();
    });
    if (event !== undefined) return { done: false, value: event };
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
    return { done: true, value: undefined };
  }

  #onClosed({ error }: { readonly error: SseError | undefined }): void {
    const reason = this.#connection.reason ?? "closed";
    const aborted = reason === "closed" && this.#signal?.aborted === true;
    if (aborted) this.#failure = { error: this.#signal?.reason };
    else if (reason === "failed") this.#failure = { error };
    this.#queue?.end(reason === "closed");
    this.#attach();
    this.#finished = reason === "ended" || error?.code === "gone";
    this.#forget();
    this.#settleClosed(reason);
  }

  /** A position of what is finished or gone leads nowhere, once all that came of it was taken. */
  #forget(): void {
    if (!this.#finished || this.#forgotten || this.#queue?.isEmpty === false) return;
    this.#forgotten = true;
    guarded(() => this.#parts.options.store?.clear(this.#parts.storeUrl))();
  }

  #start(store: CursorStore | undefined, given: string): void {
    const begin = (lastEventId: unknown) => {
      if (this.#connection.reason !== undefined) return;
      if (typeof lastEventId === "string" && encodeLastEventId(lastEventId) !== undefined) {
        this.#connection.adopt(lastEventId);
        this.#delivered = lastEventId;
      }
      this.#connection.start();
    };
    const stored = given === "" && !this.#signal?.aborted ? this.#load(store) : undefined;
    if (typeof stored !== "object" || stored === null) {
      begin(stored);
      return;
    }
    const onAbort = () => this.#connection.close("closed");
    this.#signal?.addEventListener("abort", onAbort, { once: true });
    Promise.resolve(stored)
      .catch(reportException)
      .then(begin)
      .finally(() => this.#signal?.removeEventListener("abort", onAbort));
  }

  /** The stored position. A store that fails costs repetitions, not the stream. */
  #load(store: CursorStore | undefined): string | undefined | Promise<string | undefined> {
    try {
      return store?.load(this.#parts.storeUrl);
    } catch (thrown) {
      if (thrown instanceof InvalidOptionError) throw thrown; // it cannot store what it is asked to
      reportException(thrown);
      return undefined;
    }
  }

  #setDelivered(lastEventId: string): void {
    if (lastEventId === this.#delivered) return;
    this.#delivered = lastEventId;
    const { store } = this.#parts.options;
    if (store === undefined || this.#saving) return;
    this.#saving = true;
    queueMicrotask(() => {
      this.#saving = false;
      if (this.#forgotten) return; // just now
      guarded(() => store.save(this.#parts.storeUrl, this.#delivered))();
    });
  }
}
