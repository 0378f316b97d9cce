import { ChunkDecoder, SMALL_CHUNK_BYTES } from "./chunk-decoder.ts";
import { DEFAULT_MAX_EVENT_BYTES } from "./constants.ts";
import { InvalidOptionError, type LimitError } from "./errors.ts";
import { EventSize } from "./event-size.ts";
import {
  COLON,
  CR,
  isData,
  isEvent,
  isId,
  LF,
  LOWER_D,
  LOWER_E,
  LOWER_I,
  lineEndLength,
  splitField,
  valueStart,
} from "./fields.ts";
import type { EventStreamParserHandlers, EventStreamParserOptions } from "./parser-options.ts";

/**
 * Parses `text/event-stream`, chunk by chunk, exactly as WHATWG HTML says under "Parsing an event stream" and
 * "Interpreting an event stream": every line end, also split over chunks, a lone CR at once, invalid UTF-8 as
 * U+FFFD. An event is dispatched within the call of `feed` that brings its last byte.
 *
 * A handler that throws ends the call, and the rest of that chunk is lost. A handler may call `reset()`, which
 * drops the rest of the chunk; it may not call `feed()`.
 *
 * In V8 a part of a string keeps the whole alive: an event that is kept keeps its chunk. What is kept for long is
 * better what was made of it (`JSON.parse` copies) or a copy (`structuredClone(data)`).
 */
export class EventStreamParser {
  readonly #handlers: EventStreamParserHandlers;
  readonly #size: EventSize;
  readonly #initialLastEventId: string;
  readonly #decoder: ChunkDecoder = new ChunkDecoder();

  // [spec] The buffers of one event, `undefined` where no line has set them. As in the standard the data ends with
  // the LF that the dispatch takes off.
  #data: string | undefined;
  #type = "";
  #id: string | undefined;

  /** The beginning of a line whose end has not come. */
  #line = "";
  /** The text before ended with CR: an LF right after belongs to it. */
  #skipLf = false;
  /** The stream has ids: texts are searched for NUL, which no id may hold, before their lines are read. */
  #hasIds = false;

  #lastEventId: string;
  #reconnectionTimeMs: number | undefined;
  #resets = 0;
  #failure: LimitError | undefined;

  /** @throws InvalidOptionError if `maxEventBytes` is not a number above 0. */
  constructor(handlers: EventStreamParserHandlers, options: EventStreamParserOptions = {}) {
    const { maxEventBytes = DEFAULT_MAX_EVENT_BYTES, lastEventId = "" } = options;
    if (!(maxEventBytes > 0)) {
      throw new InvalidOptionError(`maxEventBytes is a number above 0, not ${String(maxEventBytes)}.`);
    }
    this.#handlers = handlers;
    this.#size = new EventSize(maxEventBytes);
    this.#initialLastEventId = lastEventId;
    this.#lastEventId = lastEventId;
  }

  /** The last event ID, as of the last blank line. [spec] Blocks without an `id` line do not change it. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  /** The last valid `retry`, in milliseconds; `undefined` where there was none. */
  get reconnectionTimeMs(): number | undefined {
    return this.#reconnectionTimeMs;
  }

  /** Takes the next piece of the stream, of any size. @throws LimitError past `maxEventBytes`, until `reset()`. */
  feed(chunk: Uint8Array | string): void {
    if (this.#failure !== undefined) throw this.#failure;
    const decoder = this.#decoder;
    if (typeof chunk === "string") {
      if (decoder.heldBytes > 0) this.#parse(decoder.flush());
      this.#parse(decoder.pass(chunk));
    } else if (chunk.length <= SMALL_CHUNK_BYTES) {
      const held = decoder.heldBytes + chunk.length;
      this.#parse(decoder.gather(chunk, !this.#size.hasRoom(this.#pendingUnits(), held)));
    } else if (decoder.heldBytes === 0) {
      this.#parse(decoder.decode(chunk, 0));
    } else {
      const resets = this.#resets;
      const from = decoder.complete(chunk);
      this.#parse(decoder.flush());
      if (this.#resets === resets) this.#parse(decoder.decode(chunk, from));
    }
  }

  /**
   * Ends the stream. [spec] An event without its blank line is dropped; `truncated` says whether there was one.
   * The parser is ready for the next stream and keeps its last event ID and reconnection time.
   */
  end(): { readonly truncated: boolean } {
    this.#parse(this.#decoder.finish());
    // What the decoder still holds is the beginning of a character, and so of a line.
    const inLine = this.#line !== "" || this.#decoder.heldBytes > 0;
    const inEvent = this.#pendingUnits() > this.#line.length || this.#failure !== undefined;
    const truncated = inEvent || (inLine && this.#line.charCodeAt(0) !== COLON);
    this.#forget();
    return { truncated };
  }

  /** Back to how it was made. */
  reset(): void {
    this.#resets++;
    this.#forget();
    this.#failure = undefined;
    this.#lastEventId = this.#initialLastEventId;
    this.#reconnectionTimeMs = undefined;
  }

  #forget(): void {
    this.#decoder.reset();
    this.#data = this.#id = undefined;
    this.#type = this.#line = "";
    this.#skipLf = false;
    this.#size.counting = false;
  }

  /** The code units that are pending; a field that is set to nothing counts one. */
  #pendingUnits(): number {
    const id = this.#id === undefined ? 0 : this.#id.length + 1;
    return this.#line.length + (this.#data === undefined ? 0 : this.#data.length) + this.#type.length + id;
  }

  #parse(text: string): void {
    if (text === "") return;
    const near = this.#size.isNear(this.#pendingUnits() + text.length);
    if (!near) this.#size.counting = false;
    // One search through the text up front, so that the loop for the usual streams need not look for CR or NUL.
    // Done in the loop, V8 repeats the search at every line.
    const rare = text.indexOf("\r") !== -1 || (this.#hasIds && text.indexOf("\0") !== -1);
    if (near || rare || this.#skipLf) this.#parseCarefully(text, near);
    else this.#parseLines(text);
  }

  /**
   * Reads lines that end with LF, far from the limit. The event's buffers are locals here: written to fields line
   * by line they cost a quarter of the speed (bench cells "ticks" and "LLM tokens, named").
   */
  #parseLines(text: string): void {
    const nulFree = this.#hasIds;
    let at = this.#line === "" ? 0 : this.#finishLine(text);
    if (at === -1) return;
    let data = this.#data;
    let type = this.#type;
    let id = this.#id;
    this.#keep(undefined, "", undefined); // a handler that throws leaves nothing of its event behind
    let end = text.indexOf("\n", at);
    while (end !== -1) {
      const first = text.charCodeAt(at);
      let blank = first === LF;
      if (first === LOWER_D && isData(text, at)) {
        blank = text.charCodeAt(end + 1) === LF;
        const value = text.slice(valueStart(text, at + 5), blank ? end : end + 1);
        data = data === undefined ? value : data + value;
        if (blank) end++;
      } else if (blank) {
        data = data?.slice(0, -1);
      } else if (first === LOWER_E && isEvent(text, at)) {
        type = text.slice(valueStart(text, at + 6), end);
      } else if (first === LOWER_I && isId(text, at)) {
        const value = text.slice(valueStart(text, at + 3), end);
        if (nulFree || !value.includes("\0")) id = value;
        this.#hasIds = true;
      } else if (first !== COLON || this.#handlers.onComment !== undefined) {
        this.#keep(data, type, id);
        if (!this.#field(text.slice(at, end))) return;
        data = this.#data;
        type = this.#type;
        id = this.#id;
      } else if (text.charCodeAt(end + 1) === LF) {
        // A comment and a blank line, a heartbeat: the blank line is looked at without a search for its end.
        end += data === undefined && id === undefined && type === "" ? 1 : 0;
      }
      if (blank) {
        if (!this.#dispatch(data, type, id)) return;
        data = id = undefined;
        type = "";
      }
      at = end + 1;
      end = text.indexOf("\n", at);
    }
    this.#keep(data, type, id);
    if (at < text.length) this.#line = text.slice(at);
  }

  /** Reads lines of every kind of end, counting them where the limit is near. */
  #parseCarefully(text: string, near: boolean): void {
    const size = this.#size;
    if (near && !size.counting) size.start(this.#line, this.#data ?? "", this.#type, this.#id ?? "");
    let at = this.#skipLf && text.charCodeAt(0) === LF ? 1 : 0;
    this.#skipLf = text.charCodeAt(text.length - 1) === CR;
    let cr = text.indexOf("\r", at);
    let lf = text.indexOf("\n", at);
    while (cr !== -1 || lf !== -1) {
      const end = lf === -1 || (cr !== -1 && cr < lf) ? cr : lf;
      if (size.counting) this.#count(text, at, end);
      at = this.#readLine(text, at, end);
      if (at === -1) return;
      if (cr !== -1 && cr < at) cr = text.indexOf("\r", at);
      if (lf !== -1 && lf < at) lf = text.indexOf("\n", at);
    }
    if (at === text.length) return;
    if (size.counting) this.#count(text, at, text.length);
    this.#line += text.slice(at);
  }

  /** Reads the line from `at` to `end`; returns where the next begins, or -1 if a handler made a new start. */
  #readLine(text: string, at: number, end: number): number {
    const next = end + lineEndLength(text, end);
    let line = text.slice(at, end);
    if (this.#line !== "") {
      line = this.#line + line;
      this.#line = "";
    }
    if (line === "") return this.#endEvent(this.#data?.slice(0, -1)) ? next : -1;
    // An LF is not put on only to be taken off again, which copies all the data (bench cells "CRLF", "huge line").
    const blank = isData(line, 0) && !this.#size.counting ? lineEndLength(text, next) : 0;
    if (blank === 0) return this.#field(line) ? next : -1;
    const value = line.slice(valueStart(line, 5));
    return this.#endEvent(this.#data === undefined ? value : this.#data + value) ? next + blank : -1;
  }

  /** Completes the pending line with the text's first; returns where the next begins, -1 as `#readLine`. */
  #finishLine(text: string): number {
    const end = text.indexOf("\n");
    if (end !== -1) return this.#readLine(text, 0, end);
    this.#line += text;
    return text.length;
  }

  /** Takes one line that is not blank. False: a handler made a new start. */
  #field(line: string): boolean {
    const resets = this.#resets;
    const { name, value } = splitField(line);
    if (this.#size.counting) this.#size.endLine(name, value);
    // [spec] "Interpreting an event stream": the field names, case-sensitive; all others are ignored.
    if (name === "data") {
      this.#data = this.#data === undefined ? `${value}\n` : `${this.#data}${value}\n`;
    } else if (name === "event") {
      this.#type = value;
    } else if (name === "id") {
      if (!value.includes("\0")) this.#id = value;
    } else if (name === "retry") {
      if (/^[0-9]+$/.test(value)) {
        this.#reconnectionTimeMs = Number(value);
        this.#handlers.onReconnectionTime?.(this.#reconnectionTimeMs);
      }
    } else if (name === "") {
      this.#handlers.onComment?.(value);
    }
    return this.#resets === resets;
  }

  #endEvent(data: string | undefined): boolean {
    const type = this.#type;
    const id = this.#id;
    this.#keep(undefined, "", undefined);
    this.#size.endEvent();
    return this.#dispatch(data, type, id);
  }

  /** [spec] The dispatch steps. False: a handler made a new start. */
  #dispatch(data: string | undefined, type: string, id: string | undefined): boolean {
    const resets = this.#resets;
    const handlers = this.#handlers;
    if (id !== undefined) {
      this.#lastEventId = id;
      if (handlers.onLastEventId !== undefined) handlers.onLastEventId(id);
    }
    if (data !== undefined && handlers.onEvent !== undefined && this.#resets === resets) {
      handlers.onEvent({ type: type === "" ? "message" : type, data, lastEventId: this.#lastEventId });
    }
    return this.#resets === resets;
  }

  #keep(data: string | undefined, type: string, id: string | undefined): void {
    this.#data = data;
    this.#type = type;
    this.#id = id;
  }

  #count(text: string, from: number, to: number): void {
    this.#failure = this.#size.addToLine(text, from, to);
    if (this.#failure === undefined) return;
    this.#forget();
    throw this.#failure;
  }
}
