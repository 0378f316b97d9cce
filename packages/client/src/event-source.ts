import type { EventContract, EventMap, ServerSentEvent, SseError } from "@sse/protocol";
import { Connection, type ConnectionFace, type ConnectionPlan } from "./connection.ts";
import type { ConnectionState } from "./connection-state.ts";
import { type AnyContract, poisonId } from "./contract.ts";
import { EventHandlers, errorEvent, messageEvent } from "./dom-events.ts";
import type { EventSourceErrorEvent, EventSourceEventMap } from "./event-source-events.ts";
import { holdStream } from "./held-stream.ts";
import { assertBody, assertOptions } from "./option-rules.ts";
import {
  type BodyLike,
  type CommonOptions,
  type PerAttempt,
  type ReconnectOptions,
  standardRules,
} from "./options.ts";
import { judgeByStandard } from "./policy/response-error.ts";
import { guarded } from "./report-exception.ts";
import { TaskQueue } from "./task-queue.ts";
import { watchPage } from "./transport/page-life.ts";
import { keptHeaders, parseUrl, send, shownUrl } from "./transport/request.ts";
import { StandardDispatch } from "./transport/standard-dispatch.ts";
import { shapeInterface } from "./web-idl.ts";

/** How an `EventSource` connects. */
// biome-ignore lint/suspicious/noExplicitAny: the default stands for every contract
export interface EventSourceOptions<M extends EventMap = any> extends CommonOptions {
  /** Sends credentials to other origins, too. Default: false. */
  readonly withCredentials?: boolean | undefined;
  /** The HTTP method. Others than GET do not reconnect, unless `reconnect` is given. Default: "GET". */
  readonly method?: string | undefined;
  /** Sent with every attempt; a function makes another one for each. Default: none. */
  readonly body?: PerAttempt<BodyLike> | undefined;
  /** Types and checks the data of its events. Its `end` and `done`, and `sse.end`, close. Default: data is text. */
  readonly events?: EventContract<M> | undefined;
  /** How to come back; `false` never does. Default: as the standard says, 3 s later or what `retry` said. */
  readonly reconnect?: ReconnectOptions | false | undefined;
}

type Listener<T, E> = (this: T, event: E) => unknown;
// By way of EventTarget: the types of Node 24 and of Workers do not have the DOM's names of these.
type AnyListener = Parameters<EventTarget["addEventListener"]>[1];
type ListenOptions = Parameters<EventTarget["addEventListener"]>[2];
type UnlistenOptions = Parameters<EventTarget["removeEventListener"]>[2];
type UntypedType<M> = [M] extends [never] ? string : never;
type Handler<E> = ((this: globalThis.EventSource, event: E) => unknown) | null;

// The overloads of the class's inherited methods, which a class can only declare beside itself.
export interface EventSource<M extends EventMap = never> {
  addEventListener<K extends keyof EventSourceEventMap<M> & string>(
    type: K,
    listener: Listener<this, EventSourceEventMap<M>[K]>,
    options?: ListenOptions,
  ): void;
  addEventListener(
    type: UntypedType<M>,
    listener: Listener<this, MessageEvent>,
    options?: ListenOptions,
  ): void;
  addEventListener(type: string, listener: AnyListener, options?: ListenOptions): void;
  removeEventListener<K extends keyof EventSourceEventMap<M> & string>(
    type: K,
    listener: Listener<this, EventSourceEventMap<M>[K]>,
    options?: UnlistenOptions,
  ): void;
  removeEventListener(
    type: UntypedType<M>,
    listener: Listener<this, MessageEvent>,
    options?: UnlistenOptions,
  ): void;
  removeEventListener(type: string, listener: AnyListener, options?: UnlistenOptions): void;
}

const READY_STATES = { connecting: 0, waiting: 0, open: 1, closed: 2 } as const;

/**
 * The standard's `EventSource` over fetch, with headers, methods, bodies and typed events.
 * WHATWG HTML, "The EventSource interface".
 *
 * @throws DOMException `SyntaxError` for what is no URL; InvalidOptionError for options that cannot be
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: every member of the interface is inherited from EventTarget
export class EventSource<M extends EventMap = never> extends EventTarget {
  declare static readonly CONNECTING: 0;
  declare static readonly OPEN: 1;
  declare static readonly CLOSED: 2;
  declare readonly CONNECTING: 0;
  declare readonly OPEN: 1;
  declare readonly CLOSED: 2;

  readonly #url: string;
  readonly #withCredentials: boolean;
  readonly #handlers: EventHandlers = new EventHandlers(this);
  readonly #tasks: TaskQueue = new TaskQueue();
  readonly #connection: Connection;
  /** Ends a stream that was given, also one that was not begun. */
  #cancelStream: (() => Promise<void>) | undefined;

  constructor(url: string | URL, init: EventSourceOptions<M> = {}) {
    super();
    // Web IDL: an argument has to be there, though it may be undefined, and a dictionary is an object or nothing.
    // biome-ignore lint/complexity/noArguments: a rest parameter would not count in the constructor's length
    if (arguments.length === 0) throw new TypeError("EventSource needs a URL.");
    const options = init ?? {};
    if (typeof options !== "object" && typeof options !== "function")
      throw new TypeError("The options of an EventSource are an object.");
    const parsed = parseOrThrow(url);
    assertOptions(options);
    this.#url = parsed.href;
    this.#withCredentials = Boolean(options.withCredentials);
    this.#connection = new Connection(planOf(parsed, options), this.#face(options));
    this.#connection.start();
  }

  /** Events of a stream that is at hand (the proposal of WHATWG HTML's pull request 12272). There is nothing to reconnect to: at its end the source is closed. */
  static fromReadableStream(stream: ReadableStream<Uint8Array>): EventSource {
    const { body, cancel } = holdStream(stream);
    const response = new Response(body, { headers: { "content-type": "text/event-stream" } });
    const source = new EventSource("about:event-stream", { fetch: async () => response, reconnect: false });
    source.#cancelStream = cancel;
    return source;
  }

  get url(): string {
    return this.#url;
  }
  get withCredentials(): boolean {
    return this.#withCredentials;
  }
  get readyState(): 0 | 1 | 2 {
    return READY_STATES[this.#connection.state.status];
  }

  /** The last event ID that came, which a reconnection sends. Part of the proposal that has `fromReadableStream`. */
  get lastEventId(): string {
    return this.#connection.received;
  }
  /** In milliseconds: what `retry` said last. Part of the same proposal. */
  get reconnectionTime(): number {
    return this.#connection.reconnectionTimeMs;
  }

  get onopen(): Handler<Event> {
    return this.#handlers.get("open");
  }
  set onopen(handler: Handler<Event>) {
    this.#handlers.set("open", handler);
  }
  get onmessage(): Handler<MessageEvent> {
    return this.#handlers.get("message") as Handler<MessageEvent>; // what was set
  }
  set onmessage(handler: Handler<MessageEvent>) {
    this.#handlers.set("message", handler);
  }
  get onerror(): Handler<EventSourceErrorEvent> {
    return this.#handlers.get("error");
  }
  set onerror(handler: Handler<EventSourceErrorEvent>) {
    this.#handlers.set("error", handler);
  }

  close(): void {
    this.#connection.close("closed");
  }

  #face(options: EventSourceOptions): ConnectionFace {
    const onIssue = guarded(options.onIssue);
    const contract: AnyContract | undefined = options.events;
    return {
      onState: (state) => this.#onState(state),
      onEvent: (event) =>
        this.#tasks.run(() => {
          if (contract === undefined) this.#dispatch(event.type, event);
          else this.#typed(event, contract, onIssue);
        }),
      onPoisonId: (id) => onIssue(poisonId(id, this.#connection.received)),
      onPosition: () => {},
      ready: () => this.#tasks.whenEmpty(),
      isFinished: () => false,
    };
  }

  #onState(state: ConnectionState): void {
    const { reason } = this.#connection;
    // Whoever closed wants no more; what came before a loss is told before it.
    if (reason === undefined || reason === "failed") this.#tasks.flush();
    else this.#tasks.clear();
    if (state.status === "closed") this.#cancelStream?.().catch(() => {});
    // [spec] "announce the connection"; "reestablish" and "fail the connection" fire `error`, `close()` nothing.
    if (state.status === "open") this.dispatchEvent(new Event("open"));
    else if (state.status === "waiting") this.dispatchEvent(errorEvent(state.error));
    else if (state.status === "closed" && (reason === "failed" || reason === "stopped"))
      this.dispatchEvent(errorEvent(state.error));
  }

  #typed(
    event: ServerSentEvent,
    contract: AnyContract,
    onIssue: NonNullable<CommonOptions["onIssue"]>,
  ): void {
    if (event.type.startsWith("sse.")) {
      this.#dispatch(event.type, event);
      if (event.type === "sse.end") this.#connection.close("ended");
      return;
    }
    try {
      const decoded = contract["~codec"].decode(event);
      if (decoded.kind === "done") {
        this.#connection.close("ended");
        return;
      }
      if (decoded.kind === "issue") {
        onIssue(decoded.issue);
        return;
      }
      if (contract.options.id !== undefined) this.#connection.adopt(decoded.event.lastEventId);
      this.#dispatch(decoded.event.type, decoded.event);
      if (decoded.end) this.#connection.close("ended");
    } catch (cause) {
      // Only an asynchronous schema throws: an error of the program, which every event would repeat.
      this.#tasks.clear();
      this.#connection.close("failed", cause as SseError);
    }
  }

  #dispatch(
    type: string,
    { data, lastEventId }: { readonly data: unknown; readonly lastEventId: string },
  ): void {
    const { state } = this.#connection;
    // [spec] `origin` is that of the final URL, after redirects.
    const origin = state.status === "open" ? new URL(state.url).origin : "";
    this.dispatchEvent(messageEvent(type, { data, origin, lastEventId }));
  }

  static {
    // Bundlers rename classes that name themselves.
    shapeInterface(EventSource, "EventSource", { CONNECTING: 0, OPEN: 1, CLOSED: 2 });
  }
}

function parseOrThrow(url: string | URL): URL {
  const given = `${url}`; // Web IDL's ToString, which a symbol has none of
  try {
    return parseUrl(given);
  } catch {
    throw new DOMException(`${shownUrl(given)} is not a URL that can be resolved here.`, "SyntaxError");
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the contract is the face's affair
function planOf(url: URL, options: EventSourceOptions<any>): ConnectionPlan {
  const { method = "GET" } = options;
  assertBody(options.body, method, Boolean(options.reconnect));
  const request = {
    // [spec] Reconnections go to the original URL, whatever the redirects were.
    url: () => new URL(url),
    method,
    headers: keptHeaders(options.headers),
    body: options.body,
    contentType: undefined,
    credentials: options.withCredentials ? "include" : "same-origin",
    cursor: "header",
    fetch: options.fetch,
    dispatch: new StandardDispatch().dispatch,
    idleTimeoutMs: options.idleTimeoutMs,
  } as const;
  return {
    send: (attempt, signal) => send(request, attempt, signal),
    judge: judgeByStandard,
    // A request that may have effects is not repeated on its own.
    reconnect: standardRules(options.reconnect, /^(get|head)$/i.test(method)),
    stream: {
      profile: undefined,
      liveness: { idleTimeoutMs: options.idleTimeoutMs ?? "auto", guess: false },
      maxEventBytes: options.maxEventBytes,
    },
    lastEventId: options.lastEventId ?? "",
    signal: options.signal,
    watchPage,
    refresh: undefined,
    onReconnect: undefined,
  };
}
