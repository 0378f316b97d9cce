import { ConnectionError, InvalidOptionError, type ServerSentEvent, type SseError } from "@sse/protocol";
import type { ClientCloseReason, ConnectionState } from "./connection-state.ts";
import { IncomingStream, type StreamRules } from "./incoming-stream.ts";
import type { Attempt } from "./options.ts";
import { asError, foretell, lost, wantsCredentials } from "./policy/loss-error.ts";
import {
  type Loss,
  ReconnectPolicy,
  type ReconnectRules,
  type Retry,
  retryAfterMs,
} from "./policy/reconnect.ts";
import type { Answer, Verdict } from "./policy/response-error.ts";
import { Position } from "./position.ts";
import { reportException } from "./report-exception.ts";
import type { PageBound } from "./transport/page-life.ts";
import { publicUrl, type Sent } from "./transport/request.ts";
import { Wait } from "./wait.ts";

/** What a face asks of its connection. Every field is there, none is optional. */
export interface ConnectionPlan {
  readonly send: (attempt: Attempt, signal: AbortSignal) => Promise<Sent>;
  readonly judge: (answer: Answer) => Verdict;
  readonly reconnect: ReconnectRules;
  readonly stream: StreamRules;
  readonly lastEventId: string;
  readonly signal: AbortSignal | null | undefined;
  /** Watches the page, so that a sleeping one lets go of the connection. */
  readonly watchPage: ((bound: PageBound) => () => void) | undefined;
  /** Called once in an outage, when the server wants other credentials. */
  readonly refresh: ((attempt: Attempt) => unknown) | undefined;
  /** Hears of every wait before it; `false` stops. */
  readonly onReconnect: ((retry: Retry) => unknown) | undefined;
}

/** What a connection tells its face, always synchronously and in the order of the stream; no event after the close. */
export interface ConnectionFace {
  onState(state: ConnectionState): void;
  onEvent(event: ServerSentEvent): void;
  /** An id that cannot be sent back; the stream goes on. */
  onPoisonId(id: string): void;
  /** All of a chunk was told: a consumer who took it all is at this position. */
  onPosition(lastEventId: string): void;
  /** A promise while the consumer has enough. */
  ready(): Promise<void> | undefined;
  /** The body ended cleanly. True: the stream is finished; false: it was cut. */
  isFinished(end: { readonly truncated: boolean; readonly announced: boolean }): boolean;
}

/** One loop: resolve, fetch, classify, read, wait, again. One setter changes the state. */
export class Connection {
  readonly #plan: ConnectionPlan;
  readonly #face: ConnectionFace;
  readonly #policy: ReconnectPolicy;
  readonly #position: Position;
  #state: ConnectionState = { status: "connecting", attempt: 0 };
  #reason: ClientCloseReason | undefined;
  #abort: AbortController | undefined;
  /** Why we aborted the current attempt ourselves, if we did. */
  #interruption: ConnectionError | undefined;
  /** The attempt that errors are about. */
  #lostAttempt = 0;
  #suspended = false;
  #refreshed = false;
  readonly #wait: Wait = new Wait(() => !this.#suspended);
  #release: () => void = () => {};

  constructor(plan: ConnectionPlan, face: ConnectionFace) {
    this.#plan = plan;
    this.#face = face;
    this.#policy = new ReconnectPolicy(plan.reconnect);
    this.#position = new Position(plan.lastEventId);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** `undefined` until it is closed. */
  get reason(): ClientCloseReason | undefined {
    return this.#reason;
  }

  /** The position that a reconnection resumes after. */
  get received(): string {
    return this.#position.received;
  }

  /** The least wait before a reconnection, in milliseconds: what `retry` said last. */
  get reconnectionTimeMs(): number {
    return this.#policy.reconnectionTimeMs;
  }

  /** Begins; call once. The face hears of it later, except that an aborted signal closes at once. */
  start(): void {
    const { signal } = this.#plan;
    if (signal?.aborted) {
      this.close("closed");
      return;
    }
    const onAbort = () => this.close("closed");
    signal?.addEventListener("abort", onAbort, { once: true });
    const unwatch = this.#plan.watchPage?.({ suspend: () => this.#suspend(), wake: () => this.#wake() });
    this.#release = () => {
      signal?.removeEventListener("abort", onAbort);
      unwatch?.();
    };
    // The loop catches what attempts and the caller's functions throw; what is left is a fault of ours.
    this.#run().catch((cause) => this.close("failed", asError(cause, "The connection's loop failed.")));
  }

  /** Closes for good; later calls do nothing. */
  close(reason: ClientCloseReason, error?: SseError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#release();
    this.#abort?.abort();
    this.#wait.end();
    foretell(error, this.#lostAttempt);
    this.#set({ status: "closed", error });
  }

  /** Moves the position to a cursor that stood in the data. */
  adopt(id: string): void {
    if (!this.#position.adopt(id)) this.#face.onPoisonId(id);
  }

  get #closed(): boolean {
    return this.#reason !== undefined;
  }

  #set(state: ConnectionState): void {
    this.#state = state;
    this.#face.onState(state);
  }

  #connecting(): void {
    if (this.#state.status !== "connecting")
      this.#set({ status: "connecting", attempt: this.#policy.attempt });
  }

  async #run(): Promise<void> {
    let error: SseError | undefined;
    for (;;) {
      const loss = await this.#attempt({ attempt: this.#policy.attempt, lastEventId: this.received, error });
      if (loss === undefined || this.#closed) return;
      error = loss.error;
      if (this.#policy.isHealthy(loss)) this.#refreshed = false;
      if (!(await this.#refresh(loss))) await this.#pause(loss);
      if (this.#suspended && !this.#closed) await this.#wait.over(0);
      if (!this.#closed) this.#connecting();
      if (this.#closed) return; // also by who heard of it just now
    }
  }

  /** One connection, from its request to its end. Nothing is returned when it closed for good. */
  async #attempt(attempt: Attempt): Promise<Loss | undefined> {
    this.#lostAttempt = attempt.attempt;
    const abort = new AbortController();
    this.#abort = abort;
    this.#interruption = undefined;
    let sent: Sent;
    try {
      sent = await this.#plan.send(attempt, abort.signal);
    } catch (cause) {
      abort.abort(); // a request that has no answer may be on its way
      // fetch's own failures say so themselves; this is a per-attempt function of the caller's.
      return this.#lose(this.#interruption ?? asError(cause, "The attempt could not be made."));
    }
    const { response, method } = sent;
    if (abort.signal.aborted) {
      // A fetch that does not know signals came back all the same.
      response.body?.cancel().catch(() => {});
      return this.#lose(this.#interruption ?? lost("The attempt was given up."));
    }
    const url = publicUrl(sent.url);
    const verdict = this.#plan.judge({ response, url, method, lastEventId: attempt.lastEventId });
    if (verdict === "open") {
      if (!response.bodyUsed && !response.body?.locked) return this.#read(response, sent.url, abort);
      return this.#lose(new InvalidOptionError("fetch answered with a body that somebody reads already."));
    }
    this.#abort = undefined; // the body of a refusal is read on its own, and may outlive the connection
    if (verdict !== "stopped") return this.#lose(verdict, { retryAfterMs: retryAfterMs(response.headers) });
    response.body?.cancel().catch(() => {});
    this.close("stopped");
    return undefined;
  }

  async #read(response: Response, url: URL, abort: AbortController): Promise<Loss | undefined> {
    const face = this.#face;
    const at = publicUrl(url);
    const handlers = {
      onEvent: (event: ServerSentEvent) => face.onEvent(event),
      onEnd: () => this.close("ended"),
      onReconnectionTime: (ms: number) => this.#policy.setReconnectionTime(ms),
      onPoisonId: (id: string) => face.onPoisonId(id),
      onPosition: (id: string) => face.onPosition(id),
      onIdle: (idleMs: number) => this.#onIdle(at, idleMs),
      ready: () => face.ready(),
    };
    const stream = new IncomingStream(at, this.#plan.stream, this.#position, handlers, abort.signal);
    this.#set({ status: "open", url: url.href });
    const end = await stream.read(response.body);
    if (this.#closed) return undefined;
    if (this.#interruption === undefined && end.cause === undefined && face.isFinished(end)) {
      this.close("ended");
      return undefined;
    }
    const lostBy = (cause: unknown) => asError(cause, `The connection to ${at} was lost.`, at);
    const error =
      this.#interruption ??
      (end.cause === undefined ? lost(`${at} closed the stream.`, at) : lostBy(end.cause));
    return this.#lose(error, { openMs: end.openMs, progressed: end.progressed });
  }

  /** An attempt that is over, with what comes of it; nothing comes of an error that repeating cannot help. */
  #lose(error: SseError, facts: Partial<Loss> = {}): Loss | undefined {
    const mayRefresh = this.#plan.refresh !== undefined && !this.#refreshed;
    if (!error.retryable && !(mayRefresh && wantsCredentials(error))) return this.#fail(error);
    const immediate = this.#interruption?.code === "connection-lost";
    const unopened = { openMs: undefined, progressed: false, retryAfterMs: 0 };
    return { ...unopened, ...facts, error, immediate, lastEventId: this.received };
  }

  /** Other credentials, once in an outage. True: come back at once. */
  async #refresh({ error, lastEventId }: Loss): Promise<boolean> {
    const { refresh } = this.#plan;
    if (!wantsCredentials(error) || refresh === undefined) return false;
    if (this.#refreshed) return this.#fail(error) ?? false;
    this.#refreshed = true;
    this.#connecting();
    if (this.#closed) return false;
    foretell(error, this.#lostAttempt, 0);
    try {
      await refresh({ attempt: this.#policy.attempt, lastEventId, error });
      return true;
    } catch (cause) {
      const message = `${error.url} wants other credentials, and refresh failed to get them.`;
      this.#fail(new ConnectionError("response-refused", message, { url: error.url, status: 401, cause }));
      return false;
    }
  }

  async #pause(loss: Loss): Promise<void> {
    if (this.#closed) return;
    const next = this.#policy.next(loss);
    if (next instanceof Error) return this.#fail(next);
    foretell(next.error, this.#lostAttempt, next.delayMs);
    if (!(await this.#goesOn(next))) return this.close("stopped", next.error);
    // [spec] "reestablish the connection": the ready state is CONNECTING and `error` is fired, then the wait.
    if (!this.#closed) this.#set({ status: "waiting", ...next });
    if (!this.#closed) await this.#wait.over(next.delayMs);
  }

  /** Asks `onReconnect`. What it throws is reported, and says nothing about coming back. */
  async #goesOn(next: Retry): Promise<boolean> {
    const { onReconnect } = this.#plan;
    try {
      const said = onReconnect?.(next);
      if (said instanceof Promise) this.#connecting(); // there is no stream while it takes its time
      return (await said) !== false;
    } catch (thrown) {
      reportException(thrown);
      return true;
    }
  }

  #fail(error: SseError): undefined {
    this.close("failed", error);
  }

  #onIdle(url: string, idleMs: number): void {
    const message = `${url} was silent for ${Math.round(idleMs)} ms, longer than a living stream is.`;
    this.#interrupt(new ConnectionError("idle-timeout", message, { url, retryable: true }));
  }

  #suspend(): void {
    if (this.#suspended) return;
    this.#suspended = true;
    this.#interrupt(lost("The page went to sleep and let go of the connection."));
  }

  #wake(): void {
    this.#suspended = false;
    this.#wait.end();
  }

  #interrupt(error: ConnectionError): void {
    this.#interruption = error;
    this.#abort?.abort();
  }
}
