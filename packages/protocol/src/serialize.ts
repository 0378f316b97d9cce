import { MAX_ID_BYTES, MAX_RETRY_MS } from "./constants.ts";
import { InvalidEventError } from "./errors.ts";
import type { ServerSentEventInit } from "./event.ts";
import { utf8Length } from "./utf8.ts";

const LINE_BREAK = /\r\n|\r|\n/g;
const encoder: TextEncoder = /* @__PURE__ */ new TextEncoder();
/** V8 keeps arrays of so few bytes within the object; copying out such a one costs a third of `encode` on Node. */
const IN_OBJECT_BYTES = 64;
// Three bytes for each code unit; a number, since bundlers keep a product.
const scratch: Uint8Array<ArrayBuffer> = /* @__PURE__ */ new Uint8Array(192);
/** The last type that was found to be writable: streams repeat their types. */
let checkedType = "";
let checkedTypeLine = "";

/**
 * One event as the text of an event stream, its closing blank line included. What it writes parses back to the
 * same event. A `type` without `data` is written with empty data, since receivers drop a block that has none.
 * WHATWG HTML, "Parsing an event stream".
 *
 * @throws InvalidEventError for a field that cannot be written: CR, LF, NUL or a lone surrogate in `type` or
 * `id`, an `id` over 1,024 bytes, a `retryMs` that is no integer from 0 to 2^31 - 1, a value of a wrong type.
 */
export function serializeEvent(event: ServerSentEventInit): string {
  // A string has none of the fields either, and would be an empty block.
  if (typeof event !== "object" || event === null) {
    throw new InvalidEventError(
      `An event is an object with type, data, id, retryMs or comment, not ${show(event)}.`,
    );
  }
  const { type, data, id, retryMs, comment } = event;
  let text = comment === undefined ? "" : commentLines(comment);
  if (id !== undefined) text += `id: ${checkId(id)}\n`;
  if (retryMs !== undefined) text += `retry: ${checkRetry(retryMs)}\n`;
  if (type !== undefined) text += typeLine(type);
  if (data !== undefined) return text + dataLinesAndBlank(data);
  return type === undefined ? `${text}\n` : `${text}data: \n\n`;
}

/** `serializeEvent` in UTF-8, as bytes of their own: nothing else shares their buffer. Throws as it does. */
export function encodeEvent(event: ServerSentEventInit): Uint8Array<ArrayBuffer> {
  const text = serializeEvent(event);
  if (text.length > IN_OBJECT_BYTES) return encoder.encode(text);
  return scratch.slice(0, encoder.encodeInto(text, scratch).written);
}

/** A comment and a blank line, which receivers ignore: CRLF, CR and LF each start a new comment line. */
export function serializeComment(text: string): string {
  return `${commentLines(text)}\n`;
}

function commentLines(comment: unknown): string {
  if (typeof comment !== "string") throw wrongType("comment", comment);
  return `: ${comment.replace(LINE_BREAK, "\n: ")}\n`;
}

function dataLinesAndBlank(data: unknown): string {
  if (typeof data !== "string") throw wrongType("data", data);
  if (!data.includes("\n") && !data.includes("\r")) return `data: ${data}\n\n`;
  return `data: ${data.replace(LINE_BREAK, "\ndata: ")}\n\n`;
}

function typeLine(type: unknown): string {
  if (type === checkedType) return checkedTypeLine;
  if (typeof type !== "string") throw wrongType("type", type);
  checkLine("type", type);
  checkedType = type;
  checkedTypeLine = type === "" ? "" : `event: ${type}\n`;
  return checkedTypeLine;
}

function checkId(id: unknown): string {
  if (typeof id !== "string") throw wrongType("id", id);
  checkLine("id", id);
  if (id.length * 3 > MAX_ID_BYTES && utf8Length(id) > MAX_ID_BYTES) {
    throw new InvalidEventError(
      `An id has at most ${MAX_ID_BYTES} bytes in UTF-8, not ${utf8Length(id)} as the one that begins ${show(id)}.`,
    );
  }
  return id;
}

/** Most ids and types are short: a loop over them costs less than starting an expression (bench "serialize"). */
function checkLine(field: string, value: string): void {
  let ascii = true;
  for (let at = 0; at < value.length; at++) {
    const unit = value.charCodeAt(at);
    if (unit > 0x7f) ascii = false;
    else if (unit <= 13 && (unit === 10 || unit === 13 || unit === 0)) {
      throw new InvalidEventError(
        `${field} ${show(value)} has a CR, LF or NUL; a field is one line of an event stream.`,
      );
    }
  }
  if (!ascii && !value.isWellFormed()) {
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
  if (typeof value === "object" && value !== null) return "an object";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
