import type {
  EventContract,
  EventMap,
  EventSchema,
  JsonCodec,
  Received,
  ReceivedUnchecked,
} from "@sse/protocol";
import { Connection, type ConnectionPlan } from "./connection.ts";
import { decodeJson, isContract } from "./contract.ts";
import { EventSubscription } from "./event-subscription.ts";
import type { LinkTransport } from "./link.ts";
import { assertContract, assertOptions } from "./option-rules.ts";
import {
  type ConnectOptions,
  type GapEvent,
  type PerAttempt,
  resilientRules,
  type TypeOnlyConnectOptions,
  type UnknownEvent,
} from "./options.ts";
import { judge } from "./policy/response-error.ts";
import type { Subscription, TypedEvent } from "./subscription.ts";
import { watchPage } from "./transport/page-life.ts";
import { guardedDispatch } from "./transport/redirects.ts";
import { checkedUrl, keptHeaders, send } from "./transport/request.ts";
import { WireProfile } from "./wire-profile.ts";

// biome-ignore lint/suspicious/noExplicitAny: the codec is invariant in T; any T is meant
type JsonSchema = Exclude<EventSchema, { readonly kind: "text" | "bytes" }> | JsonCodec<any>;
/** A contract whose type alone says how to read its events: all of them are JSON in plain SSE fields. */
export type JsonContract = EventContract<Readonly<Record<string, JsonSchema>>, "fields">;
// Asked of the events, since a contract is not assignable to one with fewer of them.
type IsJson<C> =
  C extends EventContract<infer M, "fields">
    ? M extends Readonly<Record<string, JsonSchema>>
      ? true
      : false
    : false;

type Unknown = "drop" | "pass";
type Gaps = "throw" | "event" | "ignore";

/**
 * Subscribes to a stream and stays subscribed: losses are repaired, refusals explained, events typed and checked.
 *
 * @throws InvalidOptionError for a relative URL where there is no page, and for options that cannot be
 */
export function connect<M extends EventMap, U extends Unknown = "drop", G extends Gaps = "ignore">(
  events: EventContract<M>,
  url: PerAttempt<string | URL>,
  options?: ConnectOptions<U, G>,
): Subscription<
  Received<M> | (U extends "pass" ? UnknownEvent : never) | (G extends "event" ? GapEvent : never)
>;
/**
 * The same by the contract's type alone, `connect<typeof market>(url)`: no schema code, no checks, events as they
 * were sent. For contracts whose events are all JSON.
 */
export function connect<C extends EventContract = JsonContract>(
  url: IsJson<C> extends true
    ? PerAttempt<string | URL>
    : "text(), bytes(), by, done and id need the contract itself: connect(events, url)",
  options?: TypeOnlyConnectOptions,
  // biome-ignore lint/suspicious/noExplicitAny: either form is meant
): Subscription<C extends EventContract<infer M, any> ? ReceivedUnchecked<M> : never>;
export function connect(...given: readonly unknown[]): Subscription<TypedEvent> {
  const contract = isContract(given[0]) ? given[0] : undefined;
  // The overloads say what stands where.
  const [url, options = {}] = (contract === undefined ? given : given.slice(1)) as [
    PerAttempt<string | URL>,
    ConnectOptions<Unknown, Gaps>?,
  ];
  // What is no URL, nothing included, was meant to be a contract.
  if (contract === undefined && typeof (url ?? {}) === "object" && !(url instanceof URL)) assertContract(url);
  assertOptions(options);
  const storeUrl = typeof url === "function" ? "" : checkedUrl(url).href;
  return new EventSubscription(planOf(storeUrl || url, options), {
    // Only share() makes transports.
    open: (plan, face) =>
      options.transport === undefined
        ? new Connection(plan, face)
        : (options.transport as LinkTransport).open(plan, face, { url: storeUrl, contract }),
    decode: contract === undefined ? decodeJson : (event) => contract["~codec"].decode(event),
    cursorInData: contract?.options.id !== undefined,
    options,
    storeUrl,
  });
}

function planOf(url: PerAttempt<string | URL>, options: ConnectOptions<Unknown, Gaps>): ConnectionPlan {
  const request = {
    url,
    method: "GET",
    headers: keptHeaders(options.headers),
    body: undefined,
    contentType: undefined,
    credentials: options.credentials ?? "same-origin",
    cursor: options.cursor ?? "header",
    fetch: options.fetch,
    dispatch: guardedDispatch(options.redirects ?? "same-origin"),
    idleTimeoutMs: options.idleTimeoutMs,
  } as const;
  return {
    send: (attempt, signal) => send(request, attempt, signal),
    judge,
    reconnect: resilientRules(options.reconnect),
    stream: {
      profile: (at, position) => new WireProfile(at, position),
      liveness: { idleTimeoutMs: options.idleTimeoutMs ?? "auto", guess: true },
      maxEventBytes: options.maxEventBytes,
    },
    lastEventId: options.lastEventId ?? "",
    signal: options.signal,
    watchPage,
    refresh: options.refresh,
    onReconnect: options.onReconnect,
  };
}
