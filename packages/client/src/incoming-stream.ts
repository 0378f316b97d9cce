import {
  ConnectionError,
  END_TYPE,
  ERROR_TYPE,
  EventStreamParser,
  GAP_TYPE,
  MARK_TYPE,
  REAUTH_TYPE,
  type ServerSentEvent,
  SseError,
} from "@sse/protocol";
import type { Position } from "./position.ts";
import { Liveness, type LivenessRules } from "./transport/liveness.ts";
import { readBody } from "./transport/read-body.ts";

/** How a stream is read. Every field is there, none is optional. */
export interface StreamRules {
  /** Whether `sse.*` events are instructions, or events like others (a native EventSource knows no better). */
  readonly profile: boolean;
  readonly liveness: LivenessRules;
  readonly maxEventBytes: number | undefined;
}

/** What a stream tells, always synchronously and in its order. */
export interface StreamHandlers {
  /** Not called for duplicates, nor for what only concerns the connection. `sse.gap` comes this way. */
  onEvent(event: ServerSentEvent): void;
  /** `sse.end`: finished. */
  onEnd(): void;
  onReconnectionTime(ms: number): void;
  /** An id that cannot be sent back; the stream goes on. */
  onPoisonId(id: string): void;
  /** All of a chunk was told: a consumer who took it all is at this position. */
  onPosition(lastEventId: string): void;
  onIdle(idleMs: number): void;
  /** A promise while the consumer has enough. */
  ready(): Promise<void> | undefined;
}

/** How a stream was over. */
export interface StreamEnd {
  /** What the body threw, or what the server announced as the reason; `undefined` for a clean end. */
  readonly cause: unknown;
  /** Whether an event was left unfinished. */
  readonly truncated: boolean;
  /** Whether it was a stream of our profile, which says so when it is finished. */
  readonly announced: boolean;
  /** Whether an event came, or a new id. */
  readonly progressed: boolean;
  readonly openMs: number;
}

/** Reads one response: bytes → parser → position → events. */
export class IncomingStream {
  readonly #url: string;
  readonly #rules: StreamRules;
  readonly #position: Position;
  readonly #handlers: StreamHandlers;
  readonly #signal: AbortSignal;
  readonly #liveness: Liveness;
  #announced = false;
  #fresh = true;
  #progressed = false;
  #poisoned = false;
  #error: SseError | undefined;

  /** `url` is for messages; `signal` ends it, also between two events of one chunk. */
  constructor(
    url: string,
    rules: StreamRules,
    position: Position,
    handlers: StreamHandlers,
    signal: AbortSignal,
  ) {
    this.#url = url;
    this.#rules = rules;
    this.#position = position;
    this.#handlers = handlers;
    this.#signal = signal;
    this.#liveness = new Liveness(rules.liveness, (idleMs) => handlers.onIdle(idleMs));
  }

  /** Never throws. */
  async read(body: ReadableStream<Uint8Array> | null): Promise<StreamEnd> {
    const openedAt = performance.now();
    const parser = this.#parser();
    let cause: unknown;
    try {
      await readBody(body, {
        signal: this.#signal,
        liveness: this.#liveness,
        ready: () => this.#handlers.ready(),
        onChunk: (chunk) => {
          parser.feed(chunk);
          if (!this.#signal.aborted) this.#handlers.onPosition(this.#position.received);
        },
      });
    } catch (thrown) {
      cause = thrown;
    }
    this.#liveness.stop();
    return {
      cause: this.#error ?? cause,
      truncated: parser.end().truncated,
      announced: this.#announced,
      progressed: this.#progressed,
      openMs: performance.now() - openedAt,
    };
  }

  #parser(): EventStreamParser {
    this.#position.startStream();
    return new EventStreamParser(
      {
        onEvent: (event) => this.#onEvent(event),
        onLastEventId: (id) => this.#onLastEventId(id),
        onReconnectionTime: (ms) => this.#handlers.onReconnectionTime(ms),
        onComment: (comment) => this.#onComment(comment),
      },
      { maxEventBytes: this.#rules.maxEventBytes, lastEventId: this.#position.received },
    );
  }

  #onComment(comment: string): void {
    const profile = this.#fresh ? /^sse=1(?: heartbeat=(\d{1,9}))?\b/.exec(comment) : null;
    this.#fresh = false;
    if (profile !== null) {
      this.#announced = true;
      this.#liveness.announce(Number(profile[1] ?? 0));
    } else this.#liveness.comment();
  }

  #onLastEventId(id: string): void {
    if (this.#signal.aborted) return;
    const before = this.#position.received;
    this.#poisoned = !this.#position.commit(id);
    if (this.#poisoned) this.#handlers.onPoisonId(id);
    if (this.#position.received !== before) this.#progressed = true;
  }

  #onEvent(event: ServerSentEvent): void {
    this.#fresh = false;
    if (this.#signal.aborted) return;
    const duplicate = this.#position.takeDuplicate();
    if (this.#rules.profile) {
      if (event.type.startsWith("sse.")) {
        this.#onInstruction(event);
        return;
      }
      if (duplicate) return;
      if (this.#poisoned) event = { ...event, lastEventId: this.#position.received };
    }
    this.#progressed = true;
    this.#handlers.onEvent(event);
  }

  /** The wire profile's own events. One that this version does not know is for a later one. */
  #onInstruction(event: ServerSentEvent): void {
    const { type } = event;
    if (type === MARK_TYPE || type === GAP_TYPE) {
      if (this.#announced) this.#position.order(type === GAP_TYPE ? event.lastEventId : undefined);
      if (type === GAP_TYPE) this.#handlers.onEvent(event);
    } else if (type === END_TYPE) this.#handlers.onEnd();
    else if (type === REAUTH_TYPE) {
      const message = `${this.#url} ended the grant and asks for other credentials.`;
      const facts = { url: this.#url, status: 401, retryable: true };
      this.#error = new ConnectionError("response-refused", message, facts);
    } else if (type === ERROR_TYPE) {
      const message = `The producer of ${this.#url} failed; the server logged it as ${event.data.slice(0, 200)}.`;
      this.#error = new SseError("server-error", message, { retryable: true });
    }
  }
}
