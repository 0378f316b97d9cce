import { EventStreamParser, type ServerSentEvent, SseError } from "@sse/protocol";
import type { Position } from "./position.ts";
import { Liveness, type LivenessRules } from "./transport/liveness.ts";
import { readBody } from "./transport/read-body.ts";
import type { WireProfile } from "./wire-profile.ts";

/** How a stream is read. Every field is there, none is optional. */
export interface StreamRules {
  /** Reads `sse.*` events as instructions. Without it they are events like others: a native one knows no better. */
  readonly profile: ((url: string, position: Position) => WireProfile) | undefined;
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
  readonly #maxEventBytes: number | undefined;
  readonly #profile: WireProfile | undefined;
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
    this.#maxEventBytes = rules.maxEventBytes;
    this.#profile = rules.profile?.(url, position);
    this.#position = position;
    this.#handlers = handlers;
    this.#signal = signal;
    this.#liveness = new Liveness(rules.liveness, (idleMs) => handlers.onIdle(idleMs));
  }

  /** Throws only for a `maxEventBytes` out of range. */
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
      cause = thrown ?? null; // a body may fail with nothing: controller.error()
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
    return new EventStreamParser(
      {
        onEvent: (event) => this.#onEvent(event),
        onLastEventId: (id) => this.#onLastEventId(id),
        onReconnectionTime: (ms) => this.#handlers.onReconnectionTime(ms),
        onComment: (comment) => this.#onComment(comment),
      },
      { maxEventBytes: this.#maxEventBytes, lastEventId: this.#position.received },
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
    if (this.#profile?.isNew(id) === false) return;
    if (id !== this.#position.received) this.#progressed = true;
    this.#poisoned = !this.#position.adopt(id);
    if (this.#poisoned) this.#handlers.onPoisonId(id);
  }

  #onEvent(event: ServerSentEvent): void {
    this.#fresh = false;
    if (this.#signal.aborted) return;
    const reading = this.#profile?.read(event, this.#announced) ?? "show";
    if (reading instanceof SseError) this.#error = reading;
    else if (reading === "end") this.#handlers.onEnd();
    else if (reading === "show") {
      this.#progressed = true;
      // What the profile reads shows only ids that a reconnection sends.
      const shown =
        this.#poisoned && this.#profile ? { ...event, lastEventId: this.#position.received } : event;
      this.#handlers.onEvent(shown);
    }
  }
}
