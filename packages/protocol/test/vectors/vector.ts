import type { Entry } from "../observation.ts";

/** One stream and what the standard says it means. */
export interface Vector {
  /** The behaviour, as a sentence. */
  readonly name: string;
  readonly stream: Uint8Array;
  /** What is told, in order. */
  readonly log: readonly Entry[];
  /** Whether the stream ends within an event. */
  readonly truncated: boolean;
}

/** A stream that ends between events. */
export function vector(name: string, stream: string | Uint8Array, log: readonly Entry[]): Vector {
  return { name, stream: toBytes(stream), log, truncated: false };
}

/** A stream that ends within an event, which is dropped. */
export function cut(name: string, stream: string | Uint8Array, log: readonly Entry[]): Vector {
  return { name, stream: toBytes(stream), log, truncated: true };
}

/** Text and raw bytes, one after the other. */
export function bytes(...parts: readonly (string | number)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === "number" ? [part] : [...toBytes(part)])));
}

function toBytes(stream: string | Uint8Array): Uint8Array {
  return typeof stream === "string" ? new TextEncoder().encode(stream) : stream;
}
