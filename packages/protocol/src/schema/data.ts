import type { StandardSchemaV1 } from "@standard-schema/spec";
import { InvalidDataError, InvalidEventError, InvalidOptionError, SseError } from "../errors.ts";
import type { ServerSentEvent } from "../event.ts";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import type {
  ContractCodec,
  ContractOptions,
  DecodedEvent,
  EncodedEvent,
  EventMap,
  EventSchema,
} from "./contract.ts";
import { parseJson } from "./json.ts";

type Kind = "schema" | "json" | "text" | "bytes";
interface Entry {
  readonly kind: Kind;
  readonly validate: ((value: unknown) => Read) | undefined;
}
type Read = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: SseError };

/** Writes and reads the data of one contract's events. One instance a contract, shared by all of its streams. */
export class DataCodec<E> implements ContractCodec<E> {
  // A Map, so that a type from the wire such as "constructor" finds nothing.
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #end: ReadonlySet<string>;
  readonly #done: string | undefined;
  readonly #by: string | undefined;
  readonly #id: string | undefined;

  constructor(events: EventMap, options: ContractOptions) {
    if (typeof events !== "object" || events === null || Array.isArray(events)) {
      throw new InvalidOptionError(`defineEvents takes an object of event types, not ${describe(events)}.`);
    }
    for (const option of ["done", "by", "id", "name", "version"] as const) {
      if (options[option] !== undefined && typeof options[option] !== "string") {
        throw new InvalidOptionError(
          `The contract's '${option}' is a string, not ${describe(options[option])}.`,
        );
      }
    }
    this.#entries = new Map(Object.keys(events).map((type) => [type, entryOf(type, events[type])]));
    this.#end = new Set(options.end);
    this.#done = options.done;
    this.#by = options.by;
    this.#id = options.id;
    for (const type of this.#end) {
      if (!this.#entries.has(type)) {
        throw new InvalidOptionError(`The contract's 'end' names '${type}', which is not one of its events.`);
      }
    }
  }

  isEnd(type: string): boolean {
    return this.#end.has(type);
  }

  /** Throws `InvalidEventError` unless an event of this type may be sent. */
  assertSendable(type: string): Entry {
    const entry = this.#entries.get(type);
    if (entry === undefined) {
      const known = [...this.#entries.keys()].join(", ");
      throw new InvalidEventError(`Event type '${type}' is not in the contract, which has: ${known}.`);
    }
    if (type === "error" || type === "open") {
      throw new InvalidEventError(
        `Event type '${type}' cannot be sent, since a native EventSource fires its own '${type}'; choose another name.`,
      );
    }
    return entry;
  }

  encode(type: string, data: unknown, options?: { readonly validate?: boolean | undefined }): EncodedEvent {
    const entry = this.assertSendable(type);
    if (entry.validate !== undefined && options?.validate !== false) {
      const read = entry.validate(data);
      if (!read.ok) throw read.error;
    }
    if (this.#by !== undefined) assertDiscriminator(type, this.#by, data);
    const written = write(type, entry.kind, data);
    if (written === this.#done)
      throw invalid(type, `'${written}' is what the contract ends its streams with`);
    return { type: this.#by === undefined ? type : undefined, data: written };
  }

  decode(event: ServerSentEvent): DecodedEvent<E> {
    if (this.#done !== undefined && event.data === this.#done) return { kind: "done" };
    if (this.#by !== undefined || this.#id !== undefined) return this.#decodeCustom(event);
    const entry = this.#entries.get(event.type);
    if (entry === undefined) return unknown(event.type, event);
    const read = readData(event.type, entry.kind, event.data);
    return this.#finish(event.type, entry, read, event, event.lastEventId);
  }

  // [DESIGN] `by` and `id`: the type and the cursor stand inside the JSON.
  #decodeCustom(event: ServerSentEvent): DecodedEvent<E> {
    const outer = this.#by === undefined ? this.#entries.get(event.type) : undefined;
    if (this.#by === undefined && outer === undefined) return unknown(event.type, event);
    const read = readData(event.type, outer?.kind ?? "json", event.data);
    const value = read.ok ? read.value : undefined;
    const cursor = this.#id === undefined ? undefined : property(value, this.#id);
    const lastEventId =
      typeof cursor === "string" || typeof cursor === "number" ? String(cursor) : event.lastEventId;
    if (this.#by === undefined) return this.#finish(event.type, outer as Entry, read, event, lastEventId);
    const named = property(value, this.#by);
    const type = typeof named === "string" ? named : event.type;
    const entry = this.#entries.get(type);
    if (!read.ok) return issue("invalid", type, event, read.error, lastEventId);
    if (entry === undefined) return unknown(type, event, lastEventId);
    return this.#finish(type, entry, read, event, lastEventId);
  }

  #finish(
    type: string,
    entry: Entry,
    read: Read,
    event: ServerSentEvent,
    lastEventId: string,
  ): DecodedEvent<E> {
    const checked = read.ok && entry.validate !== undefined ? entry.validate(read.value) : read;
    if (!checked.ok) return issue("invalid", type, event, checked.error, lastEventId);
    // The contract's types say what this is; here it is only data that passed them.
    const typed = { type, data: checked.value, lastEventId } as E;
    return { kind: "event", event: typed, end: this.#end.has(type) };
  }
}

function entryOf(type: string, schema: EventSchema | undefined): Entry {
  if (type.startsWith("sse.") || type === "*" || type === "__proto__") {
    throw new InvalidOptionError(
      `Event type '${type}' is reserved; choose a name that is not 'sse.…', '*' or '__proto__'.`,
    );
  }
  if (type === "" || /[\r\n\0]/.test(type) || !type.isWellFormed()) {
    throw new InvalidOptionError(
      `Event type ${JSON.stringify(type)} cannot stand in an event stream; use a name without CR, LF, NUL or lone surrogates.`,
    );
  }
  if (schema !== null && (typeof schema === "object" || typeof schema === "function")) {
    if ("~standard" in schema && typeof schema["~standard"]?.validate === "function") {
      return { kind: "schema", validate: validator(type, schema["~standard"]) };
    }
    if ("kind" in schema && (schema.kind === "json" || schema.kind === "text" || schema.kind === "bytes")) {
      return { kind: schema.kind, validate: undefined };
    }
  }
  throw new InvalidOptionError(
    `Event type '${type}' needs a Standard Schema, json<T>(), text() or bytes(), not ${describe(schema)}.`,
  );
}

function write(type: string, kind: Kind, data: unknown): string {
  if (kind === "text") {
    if (typeof data === "string") return data;
    throw invalid(type, `text() takes a string, not ${describe(data)}`);
  }
  if (kind === "bytes") {
    if (isBytes(data)) return encodeBase64(data);
    throw invalid(type, `bytes() takes a Uint8Array, not ${describe(data)}`);
  }
  let written: string | undefined;
  try {
    written = JSON.stringify(data);
  } catch (cause) {
    throw invalid(type, `it has no JSON (${cause instanceof Error ? cause.message : String(cause)})`, cause);
  }
  if (written === undefined) throw invalid(type, `${describe(data)} has no JSON`);
  return written;
}

// Not `instanceof`: under Jest's jsdom, say, a TextEncoder's bytes are of another realm.
function isBytes(data: unknown): data is Uint8Array {
  return ArrayBuffer.isView(data) && Object.prototype.toString.call(data) === "[object Uint8Array]";
}

function readData(type: string, kind: Kind, data: string): Read {
  try {
    if (kind === "text") return { ok: true, value: data };
    return { ok: true, value: kind === "bytes" ? decodeBase64(data) : parseJson(data) };
  } catch (cause) {
    const what = kind === "bytes" ? "base64" : "JSON";
    const start = data.length > 40 ? `${data.slice(0, 40)}…` : data;
    return { ok: false, error: invalid(type, `${JSON.stringify(start)} is not ${what}`, cause) };
  }
}

function validator(type: string, schema: StandardSchemaV1["~standard"]): (value: unknown) => Read {
  let answersAtOnce = false; // as it has done before
  return (value) => {
    let result: ReturnType<typeof schema.validate>;
    try {
      result = schema.validate(value);
      if (!("then" in result)) {
        answersAtOnce = true;
        // Falsy, as Standard Schema has it: some libraries say null.
        if (!result.issues) return { ok: true, value: result.value };
        return { ok: false, error: new InvalidDataError(type, result.issues) };
      }
    } catch (cause) {
      // A transform that throws for this data, say: the data's fault, whatever came over the wire.
      const message = cause instanceof Error ? cause.message : String(cause);
      return { ok: false, error: invalid(type, `its schema threw (${message})`, cause) };
    }
    // Whatever it says comes too late; a rejection of it must not end the process.
    result.then(
      () => {},
      () => {},
    );
    // In zod a transform that throws looks the same. One that has answered at once before did that: the data's fault.
    if (answersAtOnce) return { ok: false, error: invalid(type, "its schema threw, or went asynchronous") };
    throw new InvalidOptionError(
      `The schema of event '${type}' validates asynchronously (or threw, in zod); events need one that answers at once.`,
    );
  };
}

function assertDiscriminator(type: string, by: string, data: unknown): void {
  const found = property(data, by);
  if (found !== type) {
    throw invalid(type, `its property '${by}' must be '${type}', since the contract reads the type there`);
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function unknown(
  type: string,
  event: ServerSentEvent,
  lastEventId: string = event.lastEventId,
): DecodedEvent<never> {
  const error = new SseError("unknown-event", `Event type '${type}' is not in the contract.`);
  return issue("unknown", type, event, error, lastEventId);
}

function issue(
  kind: "invalid" | "unknown",
  type: string,
  event: ServerSentEvent,
  error: SseError,
  lastEventId: string,
): DecodedEvent<never> {
  return { kind: "issue", issue: { kind, type, lastEventId, error }, data: event.data };
}

function invalid(type: string, message: string, cause?: unknown): InvalidDataError {
  return new InvalidDataError(type, [{ message }], cause === undefined ? undefined : { cause });
}

function describe(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? (value.constructor?.name ?? "an object") : typeof value;
}
