import {
  type DecodedEvent,
  type EventContract,
  type EventIssue,
  InvalidDataError,
  type ServerSentEvent,
  SseError,
} from "@sse/protocol";

/** Turns events into a contract's events. */
export type Decode<E> = (event: ServerSentEvent) => DecodedEvent<E>;

// biome-ignore lint/suspicious/noExplicitAny: any contract is meant; which one its caller's types say
export type AnyContract = EventContract<any, any>;

export function isContract(value: unknown): value is AnyContract {
  return typeof value === "object" && value !== null && "~codec" in value;
}

/** Without the contract's value every event is JSON, which is what the types of such a call allow. */
export function decodeJson<E>(event: ServerSentEvent): DecodedEvent<E> {
  const { type, data, lastEventId } = event;
  try {
    // The caller's type argument says what this is; nothing here can check it.
    return { kind: "event", event: { type, data: parseJson(data), lastEventId } as E, end: false };
  } catch (cause) {
    const error = new InvalidDataError(type, [{ message: "it is not JSON" }], { cause });
    return { kind: "issue", issue: { kind: "invalid", type, lastEventId, error }, data };
  }
}

// An own property "__proto__" would set a prototype in a later Object.assign: it is left out.
function parseJson(text: string): unknown {
  if (!text.includes("__proto__") && !text.includes("\\u00")) return JSON.parse(text);
  return JSON.parse(text, (key, value) => (key === "__proto__" ? undefined : value));
}

/** An id that cannot be sent back, as an issue. */
export function poisonId(id: string, lastEventId: string): EventIssue {
  const shown = JSON.stringify(id.length > 40 ? `${id.slice(0, 40)}…` : id);
  const message = `The id ${shown} cannot be a Last-Event-ID header of at most 1,024 bytes; the position stays.`;
  return { kind: "id", type: "", lastEventId, error: new SseError("invalid-id", message) };
}
