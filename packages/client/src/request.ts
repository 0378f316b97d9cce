/// <reference lib="esnext.disposable" preserve="true" />
import {
  ConnectionError,
  type EventContract,
  type EventMap,
  GAP_TYPE,
  type Received,
  type ServerSentEvent,
  type SseError,
  TruncatedError,
} from "@sse/protocol";
import { Connection, type ConnectionFace } from "./connection.ts";
import type { ConnectionState } from "./connection-state.ts";
import { type AnyContract, poisonId } from "./contract.ts";
import { EventQueue } from "./event-queue.ts";
import { gapError, readGap } from "./gap.ts";
import { jsonBody } from "./json-body.ts";
import { assertBody, assertContract, assertOptions } from "./option-rules.ts";
import {
  type Attempt,
  type BodyLike,
  type CommonOptions,
  type PerAttempt,
  type ReconnectOptions,
  type RequestPolicyOptions,
  resilientRules,
} from "./options.ts";
import { judge } from "./policy/response-error.ts";
import { guarded } from "./report-exception.ts";
import { guardedDispatch } from "./transport/redirects.ts";
import {
  checkedUrl,
  keptHeaders,
  type RequestPlan,
  type Sent,
  send,
  sendRequest,
} from "./transport/request.ts";
import { WireProfile } from "./wire-profile.ts";

/** How `request` asks, and goes on after a cut. */
// biome-ignore lint/suspicious/noExplicitAny: the default stands for the events of every contract
export interface RequestOptions<E = any> extends CommonOptions, RequestPolicyOptions {
  /** The HTTP method. Default: "POST" with a body, else "GET". */
  readonly method?: string | undefined;
  /** Sent as it is; a function makes another one for each attempt. Default: none. */
  readonly body?: PerAttempt<BodyLike> | undefined;
  /** Serialized as the body, with `content-type: application/json`. Default: no body. */
  readonly json?: unknown;
  /**
   * How to go on when the stream is cut after an id was received: "same" repeats the request, "get" asks the URL
   * with GET, both with `Last-Event-ID`; a function makes the request. Default: a cut stream throws.
   */
  readonly resume?: "same" | "get" | ((lastEventId: string) => Request) | undefined;
  /**
   * Whether this event is the last one, where the contract's `end` cannot say it by a type (a JSON-RPC answer, say).
   * The event is delivered; a body that ends without one was cut. What it throws, the loop throws.
   * Default: `end`, `done` and the clean end decide.
   */
  readonly until?: ((event: E) => boolean) | undefined;
  /** The waits between resumptions that fail; of no effect without `resume`. Default: 5 in a row, the first at once. */
  readonly reconnect?: ReconnectOptions | undefined;
}

/** The events of one request, in order. Leaving the loop cancels the request. */
export interface EventRequest<E> extends AsyncIteratorObject<E, undefined, undefined> {
  [Symbol.asyncIterator](): EventRequest<E>;
  /** Status and headers, also of a refusal; the body is ours. Rejects where no response came. */
  readonly response: Promise<Response>;
  /** The delivered position: the last one that the loop took. */
  readonly lastEventId: string;
}

/**
 * Sends one request and reads its event stream. Never repeated, unless `resume` says how.
 *
 * The loop throws `TruncatedError` for a stream that was cut before it was finished, `ConnectionError` for an answer
 * that is no stream (its `text()` is the answer), `InvalidDataError` for data that does not fit the contract,
 * `LimitError` past `maxEventBytes`, an error with code "gap" where a resumed stream lost events, and the reason of
 * an aborted signal. A stream is finished by the contract's `end` and `done`, by `until`, by a server of this SDK, and
 * without all of these by the clean end of the body.
 *
 * @throws InvalidOptionError for a relative URL where there is no page, and for options that cannot be
 */
export function request<M extends EventMap>(
  events: EventContract<M>,
  url: string | URL,
  options: RequestOptions<Received<M>> = {},
): EventRequest<Received<M>> {
  return new StreamRequest<Received<M>>(events, url, options);
}

const MAX_RESUMPTIONS = 5;
const BARE_GET = { method: "GET", body: undefined, contentType: undefined };

class StreamRequest<E> implements EventRequest<E>, ConnectionFace {
  readonly #contract: AnyContract;
  readonly #options: RequestOptions;
  readonly #connection: Connection;
  readonly #queue: EventQueue<E> = new EventQueue();
  readonly #onIssue: NonNullable<CommonOptions["onIssue"]>;
  readonly response: Promise<Response>;
  #settleResponse: (response: Response) => void = () => {};
  #rejectResponse: (reason: unknown) => void = () => {};
  #opened = false;
  #failure: { readonly error: unknown } | undefined;
  #delivered: string;

  constructor(contract: AnyContract, url: string | URL, options: RequestOptions) {
    assertContract(contract);
    assertOptions(options);
    this.#contract = contract;
    this.#options = options;
    this.#onIssue = guarded(options.onIssue);
    this.#delivered = options.lastEventId ?? "";
    this.response = new Promise((resolve, reject) => {
      this.#settleResponse = resolve;
      this.#rejectResponse = reject;
    });
    this.response.catch(() => {}); // the loop throws the same; nobody has to ask for the response
    const plan = requestPlan(checkedUrl(url), options);
    this.#connection = new Connection(
      {
        send: (attempt, signal) => this.#send(plan, attempt, signal),
        judge,
        // The first resumption costs no wait: nothing is known to be wrong with the server. Without `resume` the
        // request is not repeated, whatever `reconnect` says.
        reconnect: {
          ...resilientRules(options.reconnect, MAX_RESUMPTIONS),
          ...(options.resume === undefined && { maxAttempts: 0 }),
          standard: true,
        },
        stream: {
          profile: (at, position) => new WireProfile(at, position),
          liveness: { idleTimeoutMs: options.idleTimeoutMs ?? "auto", guess: false },
          maxEventBytes: options.maxEventBytes,
        },
        lastEventId: this.#delivered,
        signal: options.signal,
        watchPage: undefined,
        refresh: undefined,
        onReconnect: ({ error }) => this.#assertResumable(error),
      },
      this,
    );
    this.#connection.start();
  }

  get lastEventId(): string {
    return this.#delivered;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<E, undefined>> {
    const event = await this.#queue.take((item) => {
      this.#delivered = item.lastEventId;
    });
    if (event !== undefined) return { done: false, value: event };
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#connection.close("closed");
    this.#failure = undefined;
    this.#queue.end(true);
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  // What the connection tells. Public for it alone: request() returns the narrower EventRequest.

  onState(state: ConnectionState): void {
    if (state.status === "open") this.#opened = true;
    if (state.status !== "closed") return;
    const { signal } = this.#options;
    const reason = this.#connection.reason;
    if (reason === "closed" && signal?.aborted) this.#failure = { error: signal.reason };
    else if (reason === "failed") this.#failure = { error: this.#truncated(state.error) };
    this.#queue.end(reason === "closed");
    this.#rejectResponse(this.#failure?.error ?? new DOMException("The request was closed.", "AbortError"));
  }

  onEvent(event: ServerSentEvent): void {
    if (event.type === GAP_TYPE) {
      // Whoever resumes one answer wants all of it.
      this.#connection.close("failed", gapError(readGap(event)));
      return;
    }
    try {
      this.#decode(event);
    } catch (cause) {
      // An asynchronous schema throws, and `until` may: errors of the program.
      this.#connection.close("failed", cause as SseError);
    }
  }

  onPoisonId(id: string): void {
    this.#onIssue(poisonId(id, this.#connection.received));
  }

  onPosition(lastEventId: string): void {
    if (!this.#queue.move(lastEventId)) this.#delivered = lastEventId;
  }

  ready(): Promise<void> | undefined {
    return this.#queue.whenEmpty();
  }

  isFinished({
    truncated,
    announced,
  }: {
    readonly truncated: boolean;
    readonly announced: boolean;
  }): boolean {
    const { end, done } = this.#contract.options;
    if (end?.length || done !== undefined || this.#options.until !== undefined) return false;
    return !truncated && !announced;
  }

  #decode(event: ServerSentEvent): void {
    const decoded = this.#contract["~codec"].decode(event);
    if (decoded.kind === "done") {
      this.#connection.close("ended");
      return;
    }
    const { lastEventId } = decoded.kind === "event" ? decoded.event : decoded.issue;
    if (this.#contract.options.id !== undefined) this.#connection.adopt(lastEventId);
    if (decoded.kind === "issue") {
      // Without data there is nothing that could be wrong: some servers, MCP's among them, tell a position that way.
      if (decoded.issue.kind === "invalid" && decoded.data !== "")
        this.#connection.close("failed", decoded.issue.error);
      else this.#onIssue(decoded.issue);
      return;
    }
    // E is the contract's events; the field keeps no type of them.
    this.#queue.push(decoded.event as unknown as E, this.#connection.received);
    if (decoded.end || this.#options.until?.(decoded.event)) this.#connection.close("ended");
  }

  async #send(plan: RequestPlan, attempt: Attempt, signal: AbortSignal): Promise<Sent> {
    const resume = attempt.error && this.#options.resume;
    const sent = await (typeof resume === "function"
      ? sendRequest(plan, resume(attempt.lastEventId), signal)
      : send(resume === "get" ? { ...plan, ...BARE_GET } : plan, attempt, signal));
    this.#settleResponse(sent.response);
    return sent;
  }

  /** Without a stream that was open and an id in it there is nothing to go on from. */
  #assertResumable(error: SseError): void {
    if (!this.#opened || this.#connection.received === "") this.#connection.close("failed", error);
  }

  #truncated(error: SseError | undefined): unknown {
    const cut = error instanceof ConnectionError && (error.status === undefined || error.retryable);
    if (!this.#opened || !cut) return error;
    const after =
      this.#delivered === "" ? "" : `, after the event with id ${JSON.stringify(this.#delivered)}`;
    const from = error.url === "" ? "" : ` of ${error.url}`;
    const message = `The stream${from} was cut before it was finished${after}.`;
    return new TruncatedError(message, { lastEventId: this.#delivered, cause: error });
  }
}

function requestPlan(url: URL, options: RequestOptions): RequestPlan {
  const json = options.json !== undefined;
  const body = json ? jsonBody(options.json, options.body) : options.body;
  const method = options.method ?? (body === undefined || body === null ? "GET" : "POST");
  assertBody(body, method, options.resume === "same");
  return {
    url: () => new URL(url),
    method,
    headers: keptHeaders(options.headers),
    body,
    contentType: json ? "application/json" : undefined,
    credentials: options.credentials ?? "same-origin",
    cursor: "header",
    fetch: options.fetch,
    dispatch: guardedDispatch(options.redirects ?? "same-origin"),
    idleTimeoutMs: options.idleTimeoutMs,
  };
}
