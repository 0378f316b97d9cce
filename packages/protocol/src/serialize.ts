import { MAX_ID_BYTES, MAX_RETRY_MS } from "./constants.ts";
import { InvalidEventError } from "./errors.ts";
import type { ServerSentEventInit } from "./event.ts";

const LINE_BREAK = /\r\n|\r|\n/g;
const encoder: TextEncoder = new TextEncoder();

/**
 * One event as the text of an event stream, its closing blank line included. What it writes parses back to the
 * same event. A `type` without `data` is written with empty data, since receivers drop a block that has none.
 * WHATWG HTML, "Parsing an event stream".
 *
 * @throws InvalidEventError for a field that cannot be written: CR, LF, NUL or a lone surrogate in `type` or
 * `id`, an `id` over 1,024 bytes, a `retryMs` that is no integer from 0 to 2^31 - 1, a value of a wrong type.
 */
export function serializeEvent(event: ServerSentEventInit): string {
  const { type, data, id, retryMs, comment } = event;
  let text = comment === undefined ? "" : commentLines(comment);
  if (id !== undefined) text += `id: ${checkId(id)}\n`;
  if (retryMs !== undefined) text += `retry: ${checkRetry(retryMs)}\n`;
  if (type !== undefined && checkType(type) !== "") text += `event: ${type}\n`;
  if (data !== undefined) text += dataLines(data);
  else if (type !== undefined) text += "data: \n";
  return `${text}\n`;
}

/** `serializeEvent` in UTF-8, as bytes of their own. */
export function encodeEvent(event: ServerSentEventInit): Uint8Array<ArrayBuffer> {
  return encoder.encode(serializeEvent(event));
}

/** A comment and a blank line, which receivers ignore: CRLF, CR and LF each start a new comment line. */
export function serializeComment(text: string): string {
  return `${commentLines(text)}\n`;
}

function commentLines(comment: unknown): string {
  if (typeof comment !== "string") throw wrongType("comment", comment);
  return `: ${comment.replace(LINE_BREAK, "\n: ")}\n`;
}

function dataLines(data: unknown): string {
  if (typeof data !== "string") throw wrongType("data", data);
  if (!data.includes("\n") && !data.includes("\r")) return `data: ${data}\n`;
  return `data: ${data.replace(LINE_BREAK, "\ndata: ")}\n`;
}

function checkType(type: unknown): string {
  if (typeof type !== "string") throw wrongType("type", type);
  checkLine("type", type);
  return type;
}

function checkId(id: unknown): string {
  if (typeof id !== "string") throw wrongType("id", id);
  checkLine("id", id);
  if (
    id.length > MAX_ID_BYTES ||
    (id.length * 3 > MAX_ID_BYTES && encoder.encode(id).length > MAX_ID_BYTES)
  ) {
    throw new InvalidEventError(`An id has at most ${MAX_ID_BYTES} bytes; this one begins with ${show(id)}.`);
  }
  return id;
}

function checkLine(field: string, value: string): void {
  if (/[\r\n\0]/.test(value)) {
    throw new InvalidEventError(
      `${field} ${show(value)} has a CR, LF or NUL; a field is one line of an event stream.`,
    );
  }
  if (!value.isWellFormed()) {
    throw new InvalidEventError(`${field} ${show(value)} has a lone surrogate, which UTF-8 cannot carry.`);
  }
}

function checkRetry(retryMs: unknown): number {
  if (typeof retryMs === "number" && Number.isInteger(retryMs) && retryMs >= 0 && retryMs <= MAX_RETRY_MS) {
    return retryMs;
  }
  throw new InvalidEventError(
    `retryMs is an integer from 0 to ${MAX_RETRY_MS}, in milliseconds, not ${show(retryMs)}.`,
  );
}

function wrongType(field: string, value: unknown): InvalidEventError {
  return new InvalidEventError(`${field} is a string, not ${show(value)}.`);
}

function show(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
