import {
  END_ID,
  type EventContract,
  InvalidDataError,
  InvalidEventError,
  InvalidOptionError,
  type SendOptions,
  type ServerSentEventInit,
  serializeEvent,
} from "@sse/protocol";

/** What the parts of the server need of a contract, or of none: events as text. */
export interface EventWriter {
  /** The event's fields as they are written. Throws what the contract throws. */
  event(type: string, data: unknown, options?: SendOptions): ServerSentEventInit;
  /** Whether an event of this type finishes the stream. */
  isEnd(type: string): boolean;
  /** What the contract writes at the end, before `sse.end`. */
  readonly done: string;
}

/** @throws InvalidOptionError for what is no contract */
export function writerOf(events: EventContract, validate: boolean): EventWriter {
  if (!("~codec" in Object(events))) {
    throw new InvalidOptionError("The first argument is a contract, made by defineEvents, and this is none.");
  }
  const codec = events["~codec"];
  const { done } = events.options;
  return {
    event(type, data, options) {
      const encoded = codec.encode(type, data, { validate });
      return fields(encoded.type, encoded.data, options);
    },
    isEnd: (type) => codec.isEnd(type),
    done: done === undefined ? "" : serializeEvent({ data: done }),
  };
}

/** Without a contract: any type that a contract could have, and text as it is. */
export const textWriter: EventWriter = {
  event(type, data, options) {
    if (
      type === "error" ||
      type === "open" ||
      type === "*" ||
      type === "__proto__" ||
      `${type}`.startsWith("sse.")
    ) {
      throw new InvalidEventError(
        `Event type '${type}' is reserved and cannot be sent; choose another name.`,
      );
    }
    if (typeof data !== "string") {
      const message = `without a contract data is text, not ${data === null ? "null" : typeof data}`;
      throw new InvalidDataError(type, [{ message }]);
    }
    return fields(type, data, options);
  },
  isEnd: () => false,
  done: "",
};

function fields(
  type: string | undefined,
  data: string,
  options: SendOptions | undefined,
): ServerSentEventInit {
  if (options?.id === END_ID) {
    throw new InvalidEventError(`The id '${END_ID}' is reserved for the end of a stream; choose another.`);
  }
  // [spec] An event without an `event` line is a "message".
  const line = type === "message" ? undefined : type;
  return { type: line, data, id: options?.id, retryMs: options?.retryMs };
}
