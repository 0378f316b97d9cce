/** Bytes on their way to one client. Not shared: each belongs to one array buffer. */
export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Where one connection's bytes go. Bytes leave in the order in which they were written, each once. A buffer that was
 * handed over may be shared with other sinks, so that nobody may change it any more. No method throws, and after the
 * end every one of them does nothing.
 */
export interface Sink {
  /** Takes the bytes, in any case. False: enough is waiting now; hold back until `onDrain`. */
  write(bytes: Bytes): boolean;
  /** The clean end, after everything that was written. */
  end(): void;
  /** The end at once, as a cut that the client sees: what still waits is discarded, and its memory freed. */
  destroy(): void;
  /** What was written and is not taken by the runtime yet. */
  readonly waitingBytes: number;
}

export interface SinkOwner {
  /** After a `write` that returned false: there is room again. */
  onDrain(): void;
  /** The client is gone, or the runtime lets the body go. At most once. */
  onGone(): void;
  /**
   * From now on another sink has what waits, and takes what is written: the owner may write to it at once. Whatever
   * aborts `signal` is told by `onGone` as well.
   */
  onRedirect?(sink: Sink, signal: AbortSignal | undefined): void;
}

/** What waits in a sink before it says that this is enough. Node's own streams hold as much. */
export const HIGH_WATER_BYTES = 16_384;

/** How much goes to Node at once: it tells that bytes have left only when all of a piece has. */
export const PIECE_BYTES = 65_536;

export function joinBytes(parts: readonly Bytes[]): Bytes {
  const first = parts[0];
  if (first !== undefined && parts.length === 1) return first;
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
