import type { Dispatcher } from "./dispatcher.ts";
import { COLON, isDataBytes, isEventBytes, isIdBytes, LF, LOWER_E, LOWER_I, SPACE } from "./fields.ts";
import type { PendingEvent } from "./pending-event.ts";

/**
 * Reads lines that end with LF, of text whose every byte is a code unit: the usual streams. What a line is, is asked
 * of the bytes, and where it ends, of the text (bench cells "LLM tokens"). The event's buffers are locals: written
 * to fields line by line they cost a quarter of the speed (bench cells "ticks").
 *
 * @returns false if a handler made a new start.
 */
export function readAsciiLines(
  text: string,
  bytes: Uint8Array,
  from: number,
  event: PendingEvent,
  dispatcher: Dispatcher,
): boolean {
  const nulFree = event.hasIds;
  const ignoresComments = dispatcher.handlers.onComment === undefined;
  let { data, type, id } = event;
  if (!event.isEmpty) event.clear(); // a handler that throws leaves nothing of its event behind
  let at = from;
  let end = text.indexOf("\n", at);
  while (end !== -1) {
    const first = bytes[at];
    if (first === COLON && ignoresComments) {
      // A comment and a blank line, a heartbeat: the blank line is looked at without a search for its end (bench cells
      // "comments").
      if (bytes[end + 1] === LF && data === undefined && id === undefined && type === "") end++;
    } else if (isDataBytes(bytes, at)) {
      const blank = bytes[end + 1] === LF;
      const value = text.slice(valueStart(bytes, at + 5), blank ? end : end + 1);
      data = data === undefined ? value : data + value;
      if (blank) {
        if (!dispatcher.dispatch(data, type, id)) return false;
        data = id = undefined;
        type = "";
        end++;
      }
    } else if (first === LF) {
      if (!dispatcher.dispatch(data?.slice(0, -1), type, id)) return false;
      data = id = undefined;
      type = "";
    } else if (first === LOWER_E && isEventBytes(bytes, at)) {
      type = text.slice(valueStart(bytes, at + 6), end);
    } else if (first === LOWER_I && isIdBytes(bytes, at)) {
      const value = text.slice(valueStart(bytes, at + 3), end);
      if (nulFree || !value.includes("\0")) id = value;
      event.hasIds = true;
    } else {
      event.set(data, type, id);
      if (!event.takeLine(text.slice(at, end), dispatcher)) return false;
      ({ data, type, id } = event);
      event.set(undefined, "", undefined);
    }
    at = end + 1;
    end = text.indexOf("\n", at);
  }
  event.keep(at < text.length ? text.slice(at) : "", data, type, id);
  return true;
}

function valueStart(bytes: Uint8Array, at: number): number {
  return bytes[at] === SPACE ? at + 1 : at;
}
