import { COLON, CR, LF } from "./fields.ts";
import { incompleteTail } from "./utf8.ts";

const LOWER_R = 114;
const BYTE_ORDER_MARK = 0xfeff;

/** Chunks up to this size are gathered; below it a call of the platform's decoder costs more than the bytes. */
export const SMALL_CHUNK_BYTES = 32;
const CAPACITY = 4096;

// Not streaming: a streaming TextDecoder costs several times as much a chunk, and what it remembers, at most three
// bytes, is remembered here. Without state it serves all parsers.
const decoder: TextDecoder = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Bytes → text, in the pieces in which a parser wants them: each chunk decoded once, a UTF-8 sequence that is
 * split over chunks held until it is whole, and very small chunks gathered until a line among them matters.
 */
export class ChunkDecoder {
  /** Gathered bytes, or the beginning of a sequence; room for the rest of that sequence. Most streams need none. */
  #room: Uint8Array<ArrayBuffer> | undefined;
  #heldBytes = 0;
  /** The first byte of the line that is being gathered: 0 at a line's start, a colon where it is not known. */
  #lineStart = 0;
  #atStreamStart = true;

  get #held(): Uint8Array<ArrayBuffer> {
    this.#room ??= new Uint8Array(CAPACITY + 4);
    return this.#room;
  }

  /** The bytes that were taken in and are not part of any text yet. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * Takes a chunk of at most `SMALL_CHUNK_BYTES`. Returns text when a line ended that has an effect of its own,
   * a blank one, a comment or a `retry`, so that gathering delays no event; always, if `now`.
   */
  gather(chunk: Uint8Array, now: boolean): string {
    if (this.#atStreamStart || now) {
      this.#lineStart = COLON;
      return this.#append(chunk, true);
    }
    const matters = this.#scan(chunk);
    const whole = this.#heldBytes === 0 && (chunk[chunk.length - 1] as number) < 0x80;
    return matters && whole ? decodeUtf8(chunk) : this.#append(chunk, matters);
  }

  /** Follows the lines through a chunk; returns whether one ended that has an effect of its own. */
  #scan(chunk: Uint8Array): boolean {
    let matters = false;
    let first = this.#lineStart || (chunk[0] as number);
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (byte > CR || (byte !== LF && byte !== CR)) continue;
      // A line whose first byte is its end is blank.
      matters ||= first === LF || first === CR || first === COLON || first === LOWER_R;
      first = at + 1 < chunk.length ? (chunk[at + 1] as number) : 0;
    }
    this.#lineStart = first;
    return matters;
  }

  /** Takes the bytes at a large chunk's start that complete a held sequence; returns how many they are. */
  complete(chunk: Uint8Array): number {
    let taken = 0;
    while (taken < 3 && ((chunk[taken] as number) & 0xc0) === 0x80) {
      this.#held[this.#heldBytes++] = chunk[taken++] as number;
    }
    return taken;
  }

  /** Decodes a large chunk from `from` on, but for an unfinished sequence at its end, which is held. */
  decode(chunk: Uint8Array, from: number): string {
    this.#lineStart = COLON;
    const end = chunk.length - incompleteTail(chunk);
    for (let at = end; at < chunk.length; at++) this.#held[this.#heldBytes++] = chunk[at] as number;
    const whole = from === 0 && end === chunk.length;
    return this.#text(decodeUtf8(whole ? chunk : chunk.subarray(from, end)));
  }

  /** All that is held, as text, but for an unfinished sequence, which stays. */
  finish(): string {
    return this.#heldBytes === 0 ? "" : this.#decodeHeld();
  }

  /** All that is held, which is something, as text; an unfinished sequence too, as U+FFFD. */
  flush(): string {
    const bytes = this.#held.subarray(0, this.#heldBytes);
    this.#heldBytes = 0;
    return this.#text(decodeUtf8(bytes));
  }

  /** Text that was decoded elsewhere; only a byte order mark at the stream's start is taken off. */
  pass(text: string): string {
    this.#lineStart = COLON;
    return this.#text(text);
  }

  reset(): void {
    this.#heldBytes = 0;
    this.#lineStart = 0;
    this.#atStreamStart = true;
  }

  #append(chunk: Uint8Array, decodeNow: boolean): string {
    const held = this.#held;
    let length = this.#heldBytes;
    for (let at = 0; at < chunk.length; at++) held[length++] = chunk[at] as number;
    this.#heldBytes = length;
    if (!decodeNow && length <= CAPACITY - SMALL_CHUNK_BYTES) return "";
    return this.#decodeHeld();
  }

  #decodeHeld(): string {
    const held = this.#held;
    const length = this.#heldBytes;
    const tail = incompleteTail(held.subarray(0, length));
    const text = decodeUtf8(held.subarray(0, length - tail));
    held.copyWithin(0, length - tail, length);
    this.#heldBytes = tail;
    return this.#text(text);
  }

  // [spec] "Parsing an event stream": one leading U+FEFF is stripped.
  #text(text: string): string {
    if (!this.#atStreamStart || text === "") return text;
    this.#atStreamStart = false;
    this.#lineStart = COLON;
    return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    // Browsers refuse what lies in memory that is shared or may be resized.
    return decoder.decode(new Uint8Array(bytes));
  }
}
