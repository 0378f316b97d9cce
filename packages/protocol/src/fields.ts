export const LF = 10;
export const CR = 13;
export const COLON = 58;
const LOWER_D = 100;
export const LOWER_E = 101;
export const LOWER_I = 105;
export const SPACE = 32;
const LOWER_A = 97;
const LOWER_N = 110;
const LOWER_T = 116;
const LOWER_V = 118;

// Comparing code units in place is what these are for: a slice, or `startsWith`, costs more than a short line
// (bench cells "ticks"). Asking the chunk's bytes costs half of asking the string (bench cells "LLM tokens").

/** Whether the line at `at` begins with `data:`. */
export function isData(text: string, at: number): boolean {
  return (
    text.charCodeAt(at + 4) === COLON &&
    text.charCodeAt(at + 1) === LOWER_A &&
    text.charCodeAt(at + 2) === LOWER_T &&
    text.charCodeAt(at + 3) === LOWER_A &&
    text.charCodeAt(at) === LOWER_D
  );
}

/** `isData` for text whose bytes are its code units. */
export function isDataBytes(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at + 4] === COLON &&
    bytes[at + 1] === LOWER_A &&
    bytes[at + 2] === LOWER_T &&
    bytes[at + 3] === LOWER_A &&
    bytes[at] === LOWER_D
  );
}

/** Whether the line at `at`, which begins with `e`, begins with `event:`. */
export function isEvent(text: string, at: number): boolean {
  return (
    text.charCodeAt(at + 5) === COLON &&
    text.charCodeAt(at + 1) === LOWER_V &&
    text.charCodeAt(at + 2) === LOWER_E &&
    text.charCodeAt(at + 3) === LOWER_N &&
    text.charCodeAt(at + 4) === LOWER_T
  );
}

/** Whether the line at `at`, which begins with `i`, begins with `id:`. */
export function isId(text: string, at: number): boolean {
  return text.charCodeAt(at + 2) === COLON && text.charCodeAt(at + 1) === LOWER_D;
}

/** `isEvent` for text whose bytes are its code units. */
export function isEventBytes(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at + 5] === COLON &&
    bytes[at + 1] === LOWER_V &&
    bytes[at + 2] === LOWER_E &&
    bytes[at + 3] === LOWER_N &&
    bytes[at + 4] === LOWER_T
  );
}

/** `isId` for text whose bytes are its code units. */
export function isIdBytes(bytes: Uint8Array, at: number): boolean {
  return bytes[at + 2] === COLON && bytes[at + 1] === LOWER_D;
}

/** Where a value starts whose colon is right before `at`. [spec] One leading space is not part of it. */
export function valueStart(text: string, at: number): number {
  return text.charCodeAt(at) === SPACE ? at + 1 : at;
}

/** A line as field name and value; a line that begins with a colon, a comment, has the name `""`. */
export function splitField(line: string): { readonly name: string; readonly value: string } {
  const colon = line.indexOf(":");
  const end = colon === -1 ? line.length : colon;
  return { name: line.slice(0, end), value: line.slice(valueStart(line, end + 1)) };
}

/** How long the line end at `at` is: 0 where there is none, 2 for CRLF. */
export function lineEndLength(text: string, at: number): 0 | 1 | 2 {
  const unit = text.charCodeAt(at);
  if (unit === LF) return 1;
  if (unit !== CR) return 0;
  return text.charCodeAt(at + 1) === LF ? 2 : 1;
}
