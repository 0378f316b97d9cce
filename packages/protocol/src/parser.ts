import { readAsciiLines } from "./ascii-lines.ts";
import { ChunkDecoder, SMALL_CHUNK_BYTES } from "./chunk-decoder.ts";
import { DEFAULT_MAX_EVENT_BYTES } from "./constants.ts";
import { Dispatcher } from "./dispatcher.ts";
import { InvalidOptionError, type LimitError } from "./errors.ts";
import { EventSize } from "./event-size.ts";
import { COLON, CR, isData, LF, lineEndLength, splitField, valueStart } from "./fields.ts";
import type { EventStreamParserHandlers, EventStreamParserOptions } from "./parser-options.ts";
import { PendingEvent } from "./pending-event.ts";
import { NOWHERE, nextCr, readTextLines } from "./text-lines.ts";

const NO_BYTES: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

/**
 * Parses `text/event-stream`, chunk by chunk, exactly as WHATWG HTML says under "Parsing an event stream" and
 * "Interpreting an event stream": every line end, also split over chunks, a lone CR at once, invalid UTF-8 as
 * U+FFFD. An event is dispatched within the call of `feed` that brings its last byte.
 *
 * A handler that throws ends the call, and the rest of that chunk is lost: what comes next may continue an event
 * that it cut, so call `reset()` or give the stream up. A handler may call `reset()`, which drops the rest of the
 * chunk; it may not call `feed()`.
 *
 * In V8 a part of a string keeps the whole alive: an event that is kept keeps its chunk. What is kept for long is
 * better what was made of it (`JSON.parse` copies) or a copy (`structuredClone(data)`).
 */
export class EventStreamParser {
  readonly #dispatcher: Dispatcher;
  readonly #size: EventSize;
  readonly #decoder: ChunkDecoder = new ChunkDecoder();
  readonly #event: PendingEvent = new PendingEvent();
  /** The text before ended with CR: an LF right after belongs to it. */
  #skipLf = false;
  #failure: LimitError | undefined;

  /** @throws InvalidOptionError if `maxEventBytes` is not a number above 0. */
  constructor(handlers: EventStreamParserHandlers, options: EventStreamParserOptions = {}) {
    const { maxEventBytes = DEFAULT_MAX_EVENT_BYTES, lastEventId = "" } = options;
    if (typeof maxEventBytes !== "number" || !(maxEventBytes > 0)) {
      throw new InvalidOptionError(`maxEventBytes is a number above 0, not ${String(maxEventBytes)}.`);
    }
    this.#dispatcher = new Dispatcher(handlers, lastEventId);
    this.#size = new EventSize(maxEventBytes);
  }

  /** The last event ID, as of the last blank line. [spec] Blocks without an `id` line do not change it. */
  get lastEventId(): string {
    return this.#dispatcher.lastEventId;
  }

  /** The last valid `retry`, in milliseconds; `undefined` where there was none. */
  get reconnectionTimeMs(): number | undefined {
    return this.#dispatcher.reconnectionTimeMs;
  }

  /**
   * Takes the next piece of the stream, of any size.
   *
   * @throws LimitError past `maxEventBytes`, until `reset()`; InvalidOptionError for what is neither bytes nor text
   */
  feed(chunk: Uint8Array | string): void {
    if (this.#failure !== undefined) throw this.#failure;
    const decoder = this.#decoder;
    if (typeof chunk === "string") {
      if (decoder.heldBytes > 0) this.#parse(decoder.flush(), NO_BYTES);
      this.#parse(decoder.pass(chunk), NO_BYTES);
    } else if (chunk?.BYTES_PER_ELEMENT !== 1) {
      // An ArrayBuffer or a DataView would seem to work until a character is cut in two.
      throw new InvalidOptionError("feed takes a Uint8Array or a string.");
    } else if (chunk.length <= SMALL_CHUNK_BYTES) {
      this.#feedSmall(chunk);
    } else if (decoder.heldBytes === 0) {
      this.#parse(decoder.decode(chunk, 0), chunk);
    } else {
      const { starts } = this.#dispatcher;
      const from = decoder.complete(chunk);
      this.#parse(decoder.flush(), NO_BYTES);
      if (this.#dispatcher.starts === starts) this.#parse(decoder.decode(chunk, from), NO_BYTES);
    }
  }

  #feedSmall(chunk: Uint8Array): void {
    const { heldBytes } = this.#decoder;
    const event = this.#event;
    const hasRoom = this.#size.hasRoom(event.isEmpty ? 0 : event.units, heldBytes + chunk.length);
    const text = this.#decoder.gather(chunk, !hasRoom);
    if (text !== "") this.#parse(text, heldBytes === 0 ? chunk : NO_BYTES);
  }

  /**
   * Ends the stream. [spec] An event without its blank line is dropped; `truncated` says whether there was one.
   * The parser is ready for the next stream and keeps its last event ID and reconnection time.
   */
  end(): { readonly truncated: boolean } {
    this.#parse(this.#decoder.finish(), NO_BYTES);
    const { line, data, type, id } = this.#event;
    const inEvent = data !== undefined || type !== "" || id !== undefined || this.#failure !== undefined;
    // What the decoder still holds is the beginning of a character, and so of a line.
    const inLine = (line !== "" || this.#decoder.heldBytes > 0) && line.charCodeAt(0) !== COLON;
    this.#forget();
    return { truncated: inEvent || inLine };
  }

  /** Back to how it was made. */
  reset(): void {
    this.#dispatcher.reset();
    this.#forget();
    this.#failure = undefined;
  }

  #forget(): void {
    this.#decoder.reset();
    this.#event.clear();
    this.#skipLf = false;
    this.#size.counting = false;
  }

  /**
   * @param bytes What the text was decoded from, where that is one chunk or its beginning: if text and bytes have the
   * same length, each byte is a code unit of its own, ASCII, or a stray one that became U+FFFD.
   */
  #parse(text: string, bytes: Uint8Array): void {
    if (text === "") return;
    const event = this.#event;
    const size = this.#size;
    const near = size.isNear(event.isEmpty ? text.length : event.units + text.length);
    if (!near) size.counting = false;
    // One search through the text up front, so that the loop for the usual streams need not look for CR or NUL.
    // Done in the loop, V8 repeats the search at every line.
    const cr = nextCr(text, 0);
    const nul = event.hasIds && text.indexOf("\0") !== -1;
    const skipLf = this.#skipLf;
    this.#skipLf = cr !== NOWHERE && text.charCodeAt(text.length - 1) === CR;
    if (near || nul || skipLf) this.#readCarefully(text, skipLf && text.charCodeAt(0) === LF ? 1 : 0, near);
    else if (event.line !== "") this.#finishLine(text, bytes, cr);
    else this.#readLines(text, bytes, 0, cr);
  }

  /** Reads lines far from the limit. `cr` is where the first CR from `at` on is. */
  #readLines(text: string, bytes: Uint8Array, at: number, cr: number): void {
    const isAscii = bytes.length === text.length;
    if (isAscii && cr === NOWHERE) readAsciiLines(text, bytes, at, this.#event, this.#dispatcher);
    else readTextLines(text, cr, at, this.#event, this.#dispatcher);
  }

  /** Reads lines far from the limit, of which the first began in a text before. */
  #finishLine(text: string, bytes: Uint8Array, cr: number): void {
    const lf = text.indexOf("\n");
    if (lf === -1 && cr === NOWHERE) {
      this.#event.line += text;
      return;
    }
    const at = this.#readLine(text, 0, lf !== -1 && lf < cr ? lf : cr);
    if (at !== -1) this.#readLines(text, bytes, at, cr < at ? nextCr(text, at) : cr);
  }

  /** Reads lines one by one, counting them where the limit is near. */
  #readCarefully(text: string, from: number, near: boolean): void {
    const size = this.#size;
    const event = this.#event;
    if (near && !size.counting) size.start(event.line, event.data ?? "", event.type, event.id ?? "");
    let at = from;
    let cr = nextCr(text, at);
    let lf = text.indexOf("\n", at);
    while (lf !== -1 || cr !== NOWHERE) {
      const end = lf !== -1 && lf < cr ? lf : cr;
      if (size.counting) this.#count(text, at, end);
      at = this.#readLine(text, at, end);
      if (at === -1) return;
      if (cr < at) cr = nextCr(text, at);
      if (lf !== -1 && lf < at) lf = text.indexOf("\n", at);
    }
    if (at < text.length) {
      if (size.counting) this.#count(text, at, text.length);
      event.line += text.slice(at);
    }
    event.isEmpty = false;
  }

  /** Reads the line from `at` to `end`; returns where the next begins, or -1 if a handler made a new start. */
  #readLine(text: string, at: number, end: number): number {
    const event = this.#event;
    const next = end + lineEndLength(text, end);
    const line = event.line + text.slice(at, end);
    event.line = "";
    if (line === "") return this.#endEvent(event.data?.slice(0, -1)) ? next : -1;
    // An LF is not put on only to be taken off again, which copies all the data (bench cells "huge line").
    const blank = isData(line, 0) && !this.#size.counting ? lineEndLength(text, next) : 0;
    if (blank === 0) return this.#takeLine(line) ? next : -1;
    const value = line.slice(valueStart(line, 5));
    return this.#endEvent(event.data === undefined ? value : event.data + value) ? next + blank : -1;
  }

  #takeLine(line: string): boolean {
    if (this.#size.counting) {
      const { name, value } = splitField(line);
      this.#size.endLine(name, value);
    }
    return this.#event.takeLine(line, this.#dispatcher);
  }

  #endEvent(data: string | undefined): boolean {
    this.#size.endEvent();
    return this.#event.dispatch(data, this.#dispatcher);
  }

  #count(text: string, from: number, to: number): void {
    this.#failure = this.#size.addToLine(text, from, to);
    if (this.#failure === undefined) return;
    this.#forget();
    throw this.#failure;
  }
}
