import type { CloseReason } from "./close-reason.ts";
import { encode } from "./frame.ts";
import { type Alarm, type Rung, startAlarm } from "./heartbeat.ts";
import type { Bytes, Sink, SinkOwner } from "./sink/sink.ts";
import { StreamSink } from "./sink/stream-sink.ts";
import { spread, startTimer, stopTimer } from "./timing.ts";

export interface TransmissionPlan {
  /** The end of the request, where the runtime tells it so. */
  readonly signal: AbortSignal | undefined;
  /** False: no heartbeat. */
  readonly heartbeatMs: number | false;
  /** Spread over the clients. Undefined: no `retry` line. */
  readonly retryMs: number | undefined;
  /** False: as long as it lasts. */
  readonly maxDurationMs: number | false;
  /** What is written first, in place of the announcement of our profile. */
  readonly opening?: string | undefined;
}

export interface TransmissionOwner {
  /** After a `write` that returned false: there is room again. */
  onDrain(): void;
  /** What to write now that the connection was quiet for the interval. */
  heartbeat(): Bytes;
  /** It is over, whatever ended it. Exactly once. */
  onClose(reason: CloseReason): void;
}

const HEARTBEAT: Bytes = encode(":\n\n");

/** How long bytes may wait after the end without any leaving, at most twice. */
const LINGER_MS = 10_000;

/** An empty comment: three bytes that no receiver shows. */
export function emptyComment(): Bytes {
  return HEARTBEAT;
}

/**
 * One response while it is sent: the way to the client, its heartbeat, its age, and its end, which comes once. All
 * timers and listeners of a connection are here, and gone when it ends.
 */
export class Transmission implements SinkOwner, Rung {
  readonly #owner: TransmissionOwner;
  /** The body's, until a runtime has a shorter way. */
  #sink: Sink;
  #body: StreamSink | undefined;
  #signal: AbortSignal | undefined;
  #onAbort: (() => void) | undefined;
  readonly #heartbeat: Alarm | undefined;
  readonly #rotation: ReturnType<typeof setTimeout> | undefined;
  #reason: CloseReason | undefined;
  #blocked = false;
  /** Runs while bytes wait after the end. */
  #linger: Alarm | undefined;

  constructor(plan: TransmissionPlan, owner: TransmissionOwner) {
    this.#owner = owner;
    this.#signal = plan.signal;
    this.#body = new StreamSink(this);
    this.#sink = this.#body;
    const { heartbeatMs, maxDurationMs } = plan;
    this.#sink.write(encode(plan.opening ?? announcement(plan)));
    if (plan.signal !== undefined) {
      this.#onAbort = () => this.onGone();
      plan.signal.addEventListener("abort", this.#onAbort);
    }
    if (heartbeatMs !== false) this.#heartbeat = startAlarm(heartbeatMs, this);
    if (maxDurationMs !== false) {
      this.#rotation = startTimer(() => this.close("rotated"), spread(maxDurationMs));
    }
  }

  /** Of the response; taken before anything else happens to it. */
  get body(): ReadableStream<Bytes> {
    if (this.#body === undefined) throw new TypeError("The body of this stream has been taken over.");
    return this.#body.body;
  }

  /** Set from the moment it ended. */
  get reason(): CloseReason | undefined {
    return this.#reason;
  }

  /** Whether enough is waiting for the client. */
  get blocked(): boolean {
    return this.#blocked;
  }

  get waitingBytes(): number {
    return this.#sink.waitingBytes;
  }

  /** Takes the bytes in any case. False: enough is waiting, or it is over. */
  write(bytes: Bytes): boolean {
    if (this.#reason !== undefined) return false;
    this.#heartbeat?.touch();
    this.#blocked = !this.#sink.write(bytes);
    return !this.#blocked;
  }

  /** The end: after `last` and what waits, or at once where the client cannot take it. */
  close(reason: CloseReason, last?: Bytes): void {
    if (this.#reason !== undefined) return;
    if (last !== undefined) this.#blocked = !this.#sink.write(last);
    this.#reason = reason;
    this.#heartbeat?.stop();
    stopTimer(this.#rotation);
    this.#forgetSignal();
    if (reason === "client") this.#letGo();
    else if (reason === "slow") this.#sink.destroy();
    else {
      this.#sink.end();
      this.#watchEnd();
    }
    this.#owner.onClose(reason);
  }

  onDrain(): void {
    this.#blocked = false;
    if (this.#reason === undefined) this.#owner.onDrain();
  }

  onGone(): void {
    this.#linger?.stop();
    this.close("client");
  }

  /** The stream and its body are not needed any more, nor their memory. */
  onRedirect(sink: Sink, signal: AbortSignal | undefined): void {
    this.#sink = sink;
    this.#body = undefined;
    if (signal === this.#signal) this.#forgetSignal();
    if (this.#reason !== undefined) this.#watchEnd();
  }

  #forgetSignal(): void {
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#signal = this.#onAbort = undefined;
  }

  /** Nobody is there to see a cut: a body ends without an error, which runtimes would report as a failure. */
  #letGo(): void {
    if (this.#body === undefined) this.#sink.destroy();
    else this.#body.release();
  }

  /** A client that takes nothing any more does not keep its socket and what waits there after the end. */
  #watchEnd(): void {
    let before = this.#sink.waitingBytes;
    // A sink that was not blocked may have bytes, too, that its client never takes. A body that nobody redirected may
    // just be read late.
    const waits = this.#blocked || (this.#body === undefined && before > 0);
    if (!waits || this.#linger !== undefined) return;
    this.#linger = startAlarm(LINGER_MS, () => {
      const waiting = this.#sink.waitingBytes;
      const takes = waiting < before;
      before = waiting;
      if (takes && waiting > 0) return;
      this.#linger?.stop();
      if (!takes) this.#sink.destroy();
    });
  }

  /** The connection was quiet for the interval. */
  ring(): void {
    // Where bytes wait already, one more says nothing.
    if (!this.#blocked) this.write(this.#owner.heartbeat());
  }
}

/** The first lines of every stream: they announce the profile and the heartbeat, and get headers through proxies. */
function announcement({ heartbeatMs, retryMs }: TransmissionPlan): string {
  const comment = heartbeatMs === false ? ": sse=1\n\n" : `: sse=1 heartbeat=${heartbeatMs}\n\n`;
  return retryMs === undefined ? comment : `${comment}${retryLine(retryMs)}`;
}

/** A reconnection time of the client's own. */
export function retryLine(retryMs: number): string {
  return `retry: ${spread(retryMs)}\n\n`;
}
