import { LimitError } from "./errors.ts";
import { utf8Length } from "./utf8.ts";

/**
 * Counts what a parser has pending against its limit, exactly, in UTF-8 bytes. A text has at most three bytes a
 * code unit, so that nothing is counted until a third of the limit is reached; from there on each piece is counted
 * once, when it is added.
 */
export class EventSize {
  readonly limit: number;
  /** Whether the limit is near enough to count. */
  counting = false;
  #line = 0;
  #data = 0;
  #type = 0;
  #id = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Whether so many code units may be more bytes than the limit. */
  isNear(units: number): boolean {
    return units * 3 > this.limit;
  }

  /** Whether so many bytes that are not decoded yet fit in beside what is pending, whatever they turn out to be. */
  hasRoom(pendingUnits: number, bytes: number): boolean {
    if (!this.counting) return (pendingUnits + bytes) * 3 <= this.limit;
    return this.#total() + bytes * 3 <= this.limit;
  }

  /** Begins to count, with what is pending so far. */
  start(line: string, data: string, type: string, id: string): void {
    this.counting = true;
    this.#line = utf8Length(line);
    this.#data = utf8Length(data);
    this.#type = utf8Length(type);
    this.#id = utf8Length(id);
  }

  /** A part of a line was read. Returns the error if that is past the limit. */
  addToLine(text: string, from: number, to: number): LimitError | undefined {
    this.#line += utf8Length(text, from, to);
    const size = this.#total();
    const { limit } = this;
    if (size <= limit) return undefined;
    const message = `An event of the stream has ${size} bytes so far, more than maxEventBytes, ${limit}.`;
    return new LimitError(message, { limit, size });
  }

  /** The line was complete, and set this field; "" where it set none. */
  endLine(name: string, value: string): void {
    this.#line = 0;
    if (name === "data") this.#data += utf8Length(value) + 1;
    else if (name === "event") this.#type = utf8Length(value);
    else if (name === "id" && !value.includes("\0")) this.#id = utf8Length(value);
  }

  endEvent(): void {
    this.#data = this.#type = this.#id = 0;
  }

  #total(): number {
    return this.#line + this.#data + this.#type + this.#id;
  }
}
