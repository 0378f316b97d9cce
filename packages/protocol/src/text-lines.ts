import type { Dispatcher } from "./dispatcher.ts";
import {
  COLON,
  CR,
  isData,
  isEvent,
  isId,
  LF,
  LOWER_E,
  LOWER_I,
  lineEndLength,
  valueStart,
} from "./fields.ts";
import type { PendingEvent } from "./pending-event.ts";

/** Beyond every text: where the next CR is when there is none. */
export const NOWHERE = 0x3fffffff;

/**
 * Reads lines with every kind of end, of any text. `firstCr` is where the first CR at or after `from` is, or
 * `NOWHERE`; the caller has searched for it, so that no search of this loop is for nothing (bench cells
 * "multibyte"). The event's buffers are locals, as in `readAsciiLines`.
 *
 * @returns false if a handler made a new start.
 */
export function readTextLines(
  text: string,
  firstCr: number,
  from: number,
  event: PendingEvent,
  dispatcher: Dispatcher,
): boolean {
  const nulFree = event.hasIds;
  let { data, type, id } = event;
  if (!event.isEmpty) event.clear(); // a handler that throws leaves nothing of its event behind
  let cr = firstCr;
  let at = from;
  let lf = text.indexOf("\n", at);
  while (lf !== -1 || cr !== NOWHERE) {
    const end = lf !== -1 && lf < cr ? lf : cr;
    let next = end === cr && lf === end + 1 ? lf + 1 : end + 1;
    const first = text.charCodeAt(at);
    let blank = at === end;
    if (isData(text, at)) {
      const unit = text.charCodeAt(next);
      blank = unit === LF || unit === CR;
      // The LF between two data lines is the text's own wherever it can be.
      const value = text.slice(valueStart(text, at + 5), blank || end === cr ? end : next);
      data = data === undefined ? value : data + value;
      if (blank) next += unit === LF ? 1 : lineEndLength(text, next);
      else if (end === cr) data += "\n";
    } else if (blank) {
      data = data?.slice(0, -1);
    } else if (first === LOWER_E && isEvent(text, at)) {
      type = text.slice(valueStart(text, at + 6), end);
    } else if (first === LOWER_I && isId(text, at)) {
      const value = text.slice(valueStart(text, at + 3), end);
      if (nulFree || !value.includes("\0")) id = value;
      event.hasIds = true;
    } else if (first !== COLON || dispatcher.handlers.onComment !== undefined) {
      event.set(data, type, id);
      if (!event.takeLine(text.slice(at, end), dispatcher)) return false;
      ({ data, type, id } = event);
      event.set(undefined, "", undefined);
    }
    if (blank) {
      if (!dispatcher.dispatch(data, type, id)) return false;
      data = id = undefined;
      type = "";
    }
    at = next;
    if (cr < at) cr = nextCr(text, at);
    if (lf !== -1 && lf < at) lf = text.indexOf("\n", at);
  }
  event.keep(at < text.length ? text.slice(at) : "", data, type, id);
  return true;
}

/** Where the first CR at or after `at` is, or `NOWHERE`. */
export function nextCr(text: string, at: number): number {
  const found = text.indexOf("\r", at);
  return found === -1 ? NOWHERE : found;
}
