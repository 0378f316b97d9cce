import type { StandardSchemaV1 } from "@standard-schema/spec";

/** Options of every error of ours: `cause` as everywhere, and whether trying again can help. */
export interface SseErrorOptions {
  /** What made it happen. Default: none. */
  readonly cause?: unknown;
  /** Whether trying again can help. Default: false. */
  readonly retryable?: boolean | undefined;
}

/** The base of every error that these packages throw. `code` is stable; the message is for people. */
export class SseError extends Error {
  override get name(): string {
    return "SseError";
  }
  readonly code: string;
  /** Whether the same call may succeed if it is made again. */
  readonly retryable: boolean;
  /** Of a connection that was lost: which attempt it was, 0 for the first, n for the nth reconnection in a row. */
  declare readonly attempt?: number | undefined;
  /** Of a connection that was lost: whether the client comes back by itself. */
  declare readonly willRetry?: boolean | undefined;
  /** Of a connection that was lost: after how many milliseconds it comes back. */
  declare readonly delayMs?: number | undefined;

  constructor(code: string, message: string, options: SseErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.retryable = options.retryable ?? false;
  }

  /** The mark `isSseError` looks for, so that errors of another copy of this package are recognised. */
  get "~sse"(): true {
    return true;
  }
}

/** Whether a value is an `SseError`, also one made by another copy of this package in the same program. */
export function isSseError(value: unknown): value is SseError {
  return value instanceof Error && (value as Partial<SseError>)["~sse"] === true;
}

/** An event cannot be written: a line break or NUL in `type` or `id`, a wrong type, a `retry` out of range. */
export class InvalidEventError extends SseError {
  override get name(): string {
    return "InvalidEventError";
  }
  constructor(message: string, options?: SseErrorOptions) {
    super("invalid-event", message, options);
  }
}

/** An event's data does not fit its contract. `issues` are the schema's own, paths included. */
export class InvalidDataError extends SseError {
  override get name(): string {
    return "InvalidDataError";
  }
  readonly type: string;
  readonly issues: readonly StandardSchemaV1.Issue[];

  constructor(type: string, issues: readonly StandardSchemaV1.Issue[], options?: SseErrorOptions) {
    super(
      "invalid-data",
      `Event '${type}' has invalid data: ${issues.map(describeIssue).join("; ")}.`,
      options,
    );
    this.type = type;
    this.issues = issues;
  }
}

/** An option has a value it cannot have. Thrown where the option is given, not later. */
export class InvalidOptionError extends SseError {
  override get name(): string {
    return "InvalidOptionError";
  }
  constructor(message: string, options?: SseErrorOptions) {
    super("invalid-option", message, options);
  }
}

/** Something grew past a limit. `limit` is what was allowed and `size` what was reached, in the limit's unit. */
export class LimitError extends SseError {
  override get name(): string {
    return "LimitError";
  }
  readonly limit: number;
  readonly size: number;

  constructor(
    message: string,
    facts: { readonly limit: number; readonly size: number },
    options?: SseErrorOptions,
  ) {
    super("limit-exceeded", message, options);
    this.limit = facts.limit;
    this.size = facts.size;
  }
}

/** Why a connection failed. */
export type ConnectionErrorCode =
  | "connection-lost"
  | "response-refused"
  | "idle-timeout"
  | "too-many-redirects"
  | "cross-origin-redirect"
  | "gone"
  | "stuck";

/** What is known of a failed connection. */
export interface ConnectionErrorFacts extends SseErrorOptions {
  /** Without query, fragment and credentials. */
  readonly url: string;
  readonly status?: number | undefined;
  /** Reads the body of the refused response, at most 64 KiB of it, when somebody asks. */
  readonly readBody?: (() => Promise<string>) | undefined;
}

/** A connection could not be made, was refused, or broke. */
export class ConnectionError extends SseError {
  override get name(): string {
    return "ConnectionError";
  }
  declare readonly code: ConnectionErrorCode;
  /** The URL without query, fragment and credentials. */
  readonly url: string;
  /** The response's status, where there was a response. */
  readonly status: number | undefined;
  readonly #readBody: (() => Promise<string>) | undefined;

  constructor(code: ConnectionErrorCode, message: string, facts: ConnectionErrorFacts) {
    super(code, message, facts);
    this.url = facts.url;
    this.status = facts.status;
    this.#readBody = facts.readBody;
  }

  /** The refused response's body, at most 64 KiB of it; `""` where there was no response. */
  async text(): Promise<string> {
    return (await this.#readBody?.()) ?? "";
  }
}

/** A stream was cut before it was finished. `lastEventId` is the last one that was delivered. */
export class TruncatedError extends SseError {
  override get name(): string {
    return "TruncatedError";
  }
  readonly lastEventId: string;

  constructor(message: string, facts: SseErrorOptions & { readonly lastEventId: string }) {
    super("truncated", message, { retryable: true, ...facts });
    this.lastEventId = facts.lastEventId;
  }
}

/** A backplane failed. `uncertain`: the event may have been logged all the same (a timeout, say). */
export class BackplaneError extends SseError {
  override get name(): string {
    return "BackplaneError";
  }
  readonly operation: string;
  readonly uncertain: boolean;

  constructor(
    operation: string,
    message: string,
    facts: SseErrorOptions & { readonly uncertain?: boolean | undefined } = {},
  ) {
    super("backplane", message, facts);
    this.operation = operation;
    this.uncertain = facts.uncertain ?? false;
  }
}

/** The thing that was asked to work is closed. */
export class ClosedError extends SseError {
  override get name(): string {
    return "ClosedError";
  }
  constructor(message: string, options?: SseErrorOptions) {
    super("closed", message, options);
  }
}

function describeIssue(issue: StandardSchemaV1.Issue): string {
  const path = issue.path?.map((part) => String(typeof part === "object" ? part.key : part)).join(".");
  return path ? `${path}: ${issue.message}` : issue.message;
}
