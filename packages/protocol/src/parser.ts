import { DEFAULT_MAX_EVENT_BYTES } from "./constants.ts";
import { InvalidOptionError, LimitError } from "./errors.ts";
import type { ServerSentEvent } from "./event.ts";

/** What a parser tells, in the order of the stream. Every handler is optional and is called synchronously. */
export interface EventStreamParserHandlers {
  /** At the blank line that ends an event with data. */
  onEvent?(event: ServerSentEvent): void;
  /** At the blank line that commits a new last event ID, with or without data; right before its `onEvent`. */
  onLastEventId?(id: string): void;
  /** At the `retry` line, in milliseconds. */
  onReconnectionTime?(ms: number): void;
  /** At the comment's line, without the colon and one leading space. */
  onComment?(comment: string): void;
}

export interface EventStreamParserOptions {
  /**
   * The most that may be pending, in UTF-8 bytes: the line being read plus the fields of its unfinished event.
   * Past it `feed` throws `LimitError`. Default: 16,777,216 (16 MiB).
   */
  readonly maxEventBytes?: number | undefined;
  /** The last event ID to begin with, for a stream that goes on where another was cut. Default: `""`. */
  readonly lastEventId?: string | undefined;
}

/** Temporary. */
export class EventStreamParser {
  readonly #handlers: EventStreamParserHandlers;
  readonly #max: number;
  readonly #initialId: string;
  #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #rest = "";
  #data: string | undefined;
  #type = "";
  #id: string | undefined;
  #lastEventId: string;
  #retry: number | undefined;
  #skipLf = false;
  #start = true;

  constructor(handlers: EventStreamParserHandlers, options: EventStreamParserOptions = {}) {
    this.#handlers = handlers;
    this.#max = options.maxEventBytes ?? DEFAULT_MAX_EVENT_BYTES;
    if (!(this.#max > 0)) throw new InvalidOptionError(`maxEventBytes is a positive number, not ${this.#max}.`);
    this.#initialId = options.lastEventId ?? "";
    this.#lastEventId = this.#initialId;
  }
  get lastEventId(): string {
    return this.#lastEventId;
  }
  get reconnectionTimeMs(): number | undefined {
    return this.#retry;
  }
  feed(chunk: Uint8Array | string): void {
    let text = typeof chunk === "string" ? chunk : this.#decoder.decode(chunk, { stream: true });
    if (text === "") return;
    if (this.#start) {
      this.#start = false;
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    }
    for (const c of text.split(/(\r\n|\r|\n)/)) {
      if (c === "") continue;
      if (this.#skipLf) {
        this.#skipLf = false;
        if (c === "\n") continue;
      }
      if (c === "\r\n" || c === "\n" || c === "\r") {
        this.#skipLf = c === "\r";
        const line = this.#rest;
        this.#rest = "";
        this.#line(line);
      } else {
        this.#rest += c;
        const size = this.#rest.length + (this.#data?.length ?? 0);
        if (size > this.#max)
          throw new LimitError(`An event grew past maxEventBytes (${this.#max}).`, { limit: this.#max, size });
      }
    }
  }
  end(): { readonly truncated: boolean } {
    const truncated = this.#rest !== "" || this.#data !== undefined || this.#type !== "" || this.#id !== undefined;
    this.#clear();
    return { truncated };
  }
  reset(): void {
    this.#clear();
    this.#lastEventId = this.#initialId;
    this.#retry = undefined;
  }
  #clear(): void {
    this.#rest = "";
    this.#data = undefined;
    this.#type = "";
    this.#id = undefined;
    this.#skipLf = false;
    this.#start = true;
    this.#decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  }
  #line(line: string): void {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return this.#handlers.onComment?.(line.charCodeAt(1) === 32 ? line.slice(2) : line.slice(1));
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1);
    if (field === "data") this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    else if (field === "event") this.#type = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    else if (field === "retry" && /^\d+$/.test(value)) {
      this.#retry = Number(value);
      this.#handlers.onReconnectionTime?.(this.#retry);
    }
  }
  #dispatch(): void {
    const data = this.#data;
    const type = this.#type;
    const id = this.#id;
    this.#data = undefined;
    this.#type = "";
    this.#id = undefined;
    if (id !== undefined) {
      this.#lastEventId = id;
      this.#handlers.onLastEventId?.(id);
    }
    if (data !== undefined)
      this.#handlers.onEvent?.({ type: type || "message", data, lastEventId: this.#lastEventId });
  }
}
