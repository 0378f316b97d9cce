import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { SseError } from "../errors.ts";
import type { ServerSentEvent } from "../event.ts";
import type { BytesCodec, Codec, JsonCodec, TextCodec } from "./codecs.ts";

/** What a contract takes for an event type: any Standard Schema, or `json<T>()`, `text()`, `bytes()`. */
export type EventSchema = StandardSchemaV1 | JsonCodec<unknown> | TextCodec | BytesCodec;
/** The event types of a contract, each with what takes its data. */
export type EventMap = Readonly<Record<string, EventSchema>>;
/** The events of a stream without a contract: every one is text under its own type. */
export type TextEvents = Readonly<Record<string, TextCodec>>;

/** The part of a Standard Schema that carries types. To compare all of it is too deep for TypeScript 6 with arktype. */
interface SchemaTypes<T> {
  readonly "~standard": { readonly types?: T | undefined };
}
/** What is sent: the schema's input. It is also what travels. */
export type InputOf<S> =
  S extends SchemaTypes<{ readonly input: infer I }>
    ? I
    : // biome-ignore lint/suspicious/noExplicitAny: only the input is asked for
      S extends Codec<infer I, any, any>
      ? I
      : never;
/** What is received when the schema ran: its output. */
export type OutputOf<S> =
  S extends SchemaTypes<{ readonly output: infer O }>
    ? O
    : // biome-ignore lint/suspicious/noExplicitAny: only the output is asked for
      S extends Codec<any, infer O, any>
      ? O
      : never;

type Reserved = `sse.${string}` | "*" | "__proto__";
export type RejectReserved<M> = { readonly [K in keyof M & Reserved]: `event type '${K}' is reserved` };
type Pretty<T> = { [K in keyof T]: T[K] } & {};

/** `error` and `open` may be read, never sent: a native EventSource cannot tell them from its own. */
export type SendableType<M> = Exclude<keyof M & string, "error" | "open">;

/** What may be said of one event beside its data. */
export interface SendOptions {
  /** The event's id; receivers come back with it as `Last-Event-ID`. Default: none. */
  readonly id?: string | undefined;
  /** A new reconnection time for the receiver, in milliseconds. Default: none. */
  readonly retryMs?: number | undefined;
}

/** An event of the contract, ready to be sent. */
export type OutgoingEvent<M extends EventMap> = {
  [K in SendableType<M>]: { readonly type: K; readonly data: InputOf<M[K]> } & SendOptions;
}[SendableType<M>];

/** The events of a contract as they are received when the contract's schemas ran. */
export type Received<M extends EventMap> = {
  [K in keyof M & string]: Pretty<{
    readonly type: K;
    readonly data: OutputOf<M[K]>;
    readonly lastEventId: string;
  }>;
}[keyof M & string];

/** The events of a contract as they are received when nothing checked them: what was sent. */
export type ReceivedUnchecked<M extends EventMap> = {
  [K in keyof M & string]: Pretty<{
    readonly type: K;
    readonly data: InputOf<M[K]>;
    readonly lastEventId: string;
  }>;
}[keyof M & string];

/** How the events of a contract stand on the wire, where plain SSE fields are not enough. */
export interface ContractOptions<
  Type extends string = string,
  By extends string = string,
  Done extends string = string,
  Id extends string = string,
> {
  /** Event types that finish the stream. Default: none. */
  readonly end?: readonly Type[] | undefined;
  /** A data string that finishes the stream and is no event, such as `[DONE]`. Default: none. */
  readonly done?: Done | undefined;
  /** The JSON property that holds the event type; no `event:` line is written or read. Default: the line. */
  readonly by?: By | undefined;
  /** The JSON property that holds the cursor, instead of the `id:` line. Default: the line. */
  readonly id?: Id | undefined;
  /** The contract's name, for documents and logs. Default: none. */
  readonly name?: string | undefined;
  /** The contract's version, for documents and logs. Default: none. */
  readonly version?: string | undefined;
}

/** Something a contract could not take; the stream goes on. */
export interface EventIssue {
  readonly kind: "invalid" | "unknown" | "id";
  readonly type: string;
  readonly lastEventId: string;
  readonly error: SseError;
}

/** An event's fields as the contract writes them. */
export interface EncodedEvent {
  /** `undefined` where the contract keeps the type inside the JSON (`by`). */
  readonly type: string | undefined;
  readonly data: string;
}

/** What one dispatched event is to a contract. */
export type DecodedEvent<E> =
  | {
      readonly kind: "event";
      readonly event: E;
      /** This event finishes the stream. */
      readonly end: boolean;
    }
  | { readonly kind: "done" }
  | { readonly kind: "issue"; readonly issue: EventIssue; readonly data: string };

/** The contract's machinery, for the packages of this SDK. Not covered by semantic versioning. */
export interface ContractCodec<E> {
  /** Throws `InvalidDataError` for data that does not fit, `InvalidEventError` for a type that is unknown. */
  encode(type: string, data: unknown, options?: { readonly validate?: boolean | undefined }): EncodedEvent;
  /** Never throws on what came over the wire; throws `InvalidOptionError` for an asynchronous schema. */
  decode(event: ServerSentEvent): DecodedEvent<E>;
  /** Whether an event of this type finishes the stream. */
  isEnd(type: string): boolean;
}

/** The typed event contract that both ends share. `Form` is "fields" when the wire needs nothing but SSE fields. */
export interface EventContract<
  // biome-ignore lint/suspicious/noExplicitAny: the default stands for every contract, whatever its events
  M extends EventMap = any,
  Form extends "fields" | "custom" = "fields" | "custom",
> {
  readonly events: M;
  readonly form: Form;
  readonly options: ContractOptions;
  /** The typed factory of an event: for generators that are given to `eventStream`, and for tests. */
  event<K extends SendableType<M>>(
    type: K,
    data: NoInfer<InputOf<M[K]>>,
    options?: SendOptions,
  ): { readonly type: K; readonly data: InputOf<M[K]> } & SendOptions;
  /** Machinery of this SDK; not for users. */
  readonly "~codec": ContractCodec<Received<M>>;
}

/** `EventOf<typeof market>` is every event of a contract; `EventOf<typeof market, "tick">` is one. */
export type EventOf<C extends EventContract, K extends string = string> =
  // biome-ignore lint/suspicious/noExplicitAny: either form is meant
  C extends EventContract<infer M, any> ? Extract<Received<M>, { type: K }> : never;
