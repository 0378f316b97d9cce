import type { BenchEvent } from "./event.ts";

/** What a sink saw. Two readers that found the same events give the same three numbers. */
export interface Sum {
  readonly events: number;
  readonly chars: number;
  readonly hash: number;
}

/**
 * Takes every event of every adapter, and touches it in the same few places: the lengths of its three fields and
 * one character in the middle of its data. Reading a character makes an engine do the work that it may have put
 * off (joining a rope), so that a string which is only promised is not counted as read.
 *
 * While `thorough`, it hashes every character instead. That is how completeness is checked, before any timing, with
 * the same object, so that the timed call has the shape the check had.
 */
export class EventSink {
  #events = 0;
  #chars = 0;
  #hash = 0;
  readonly #thorough: boolean;

  constructor(thorough: boolean) {
    this.#thorough = thorough;
  }

  take(type: string, data: string, id: string): void {
    this.#events++;
    this.#chars += data.length + type.length + id.length;
    if (this.#thorough) this.#hash = hash(hash(hash(this.#hash, type), data), id);
    else this.#hash = (this.#hash + data.charCodeAt(data.length >> 1)) | 0;
  }

  /** A chunk that a floor only passes on: one byte of it. */
  touch(chunk: Uint8Array): void {
    this.#events++;
    this.#hash = (this.#hash + (chunk[chunk.length >> 1] ?? 0)) | 0;
  }

  get sum(): Sum {
    return { events: this.#events, chars: this.#chars, hash: this.#hash };
  }
}

/** Takes what a serializer wrote, and touches it in the same way. While `thorough`, it keeps it instead. */
export class OutputSink {
  #pieces = 0;
  #size = 0;
  #hash = 0;
  readonly #kept: (string | Uint8Array)[] | undefined;

  constructor(thorough: boolean) {
    this.#kept = thorough ? [] : undefined;
  }

  text(text: string): void {
    this.#pieces++;
    this.#size += text.length;
    this.#hash = (this.#hash + text.charCodeAt(text.length >> 1)) | 0;
    this.#kept?.push(text);
  }

  bytes(bytes: Uint8Array): void {
    this.#pieces++;
    this.#size += bytes.length;
    this.#hash = (this.#hash + (bytes[bytes.length >> 1] ?? 0)) | 0;
    this.#kept?.push(bytes);
  }

  /** Everything written, if thorough. Bytes are read now, not when they came: they have to stay what they were. */
  get written(): string {
    const decoder = new TextDecoder();
    return (this.#kept ?? []).map((one) => (typeof one === "string" ? one : decoder.decode(one))).join("");
  }

  get sum(): Sum {
    return { events: this.#pieces, chars: this.#size, hash: this.#hash };
  }
}

export function sumOf(events: readonly BenchEvent[]): Sum {
  const sink = new EventSink(true);
  for (const { type, data, id } of events) sink.take(type, data, id);
  return sink.sum;
}

export function sameSum(a: Sum, b: Sum): boolean {
  return a.events === b.events && a.chars === b.chars && a.hash === b.hash;
}

/** FNV-1a over UTF-16 code units, with a mark between fields. */
function hash(seed: number, text: string): number {
  let h = seed ^ 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return Math.imul(h ^ 0x10000, 0x01000193);
}
