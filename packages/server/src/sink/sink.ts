/**
 * Where a connection's bytes go. Bytes come in order and are shared: they may be kept, not changed. After `end` or
 * `abort` nothing more comes. The owner hears `onReady` when the sink takes more after `write` returned false, and
 * `onGone`, at most once, when the receiver left; it may hear either while it calls the sink.
 */
export interface Sink {
  /** Writes these parts as one piece. False: they were taken, but the receiver is slow; wait for `onReady`. */
  write(parts: readonly Uint8Array[]): boolean;
  /** The end of the body, after everything that was written. */
  end(): void;
  /** Gives up what is not sent yet, where the platform allows it. */
  abort(): void;
}

export interface SinkOwner {
  onReady(): void;
  onGone(): void;
}
