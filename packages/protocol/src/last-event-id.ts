import { MAX_ID_BYTES } from "./constants.ts";

const encoder: TextEncoder = /* @__PURE__ */ new TextEncoder();
const decoder: TextDecoder = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/**
 * A last event ID as the value of a `Last-Event-ID` header: its UTF-8 bytes, a character each, which is how
 * fetch takes them. `undefined` where it cannot be a header: over 1,024 bytes, a control character other than the
 * tab (servers and most clients refuse them in headers) or a lone surrogate, or white space at an end, which
 * headers lose.
 * WHATWG HTML, "Server-sent events": the reestablish steps, "(`Last-Event-ID`, encoded as UTF-8)".
 */
export function encodeLastEventId(id: string): string | undefined {
  if (/^[\x21-\x7e]{0,1024}$/.test(id)) return id;
  if (/[^\P{Cc}\t\x80-\x9f]|^[\t ]|[\t ]$/u.test(id) || !id.isWellFormed()) return undefined;
  const bytes = encoder.encode(id);
  return bytes.length > MAX_ID_BYTES ? undefined : String.fromCharCode(...bytes);
}

/** The id in a `Last-Event-ID` header, as `Headers.get` returns it: the inverse of `encodeLastEventId`. */
export function decodeLastEventId(value: string): string {
  if (/^[\x20-\x7e]*$/.test(value)) return value;
  // A server that already decoded the header, as workerd does, hands over characters that are no bytes of UTF-8.
  if (/[^\0-\xff]/.test(value)) return value;
  try {
    return decoder.decode(Uint8Array.from(value, (character) => character.charCodeAt(0)));
  } catch {
    return value;
  }
}
