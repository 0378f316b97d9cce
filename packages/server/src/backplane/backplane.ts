/** A place in the log: `offset` events of `epoch` are at or before it. */
export interface Position {
  readonly epoch: string;
  /** From 1 on for events; 0 is before the first. */
  readonly offset: number;
}

/** One event as it travels between processes: serialized, without its id. */
export interface BackplaneMessage {
  readonly channel: string;
  /** The event's block in the event stream, from after where the `id` line goes to the blank line. */
  readonly payload: Uint8Array;
  /** For connections with the policy `latest`. */
  readonly key: string | undefined;
  /** The event finishes its stream. */
  readonly end: boolean;
}

export interface LoggedMessage extends BackplaneMessage {
  readonly offset: number;
}

/** One page of the log. */
export interface ReplayPage {
  readonly epoch: string;
  /** The events of the channels asked for, ascending. */
  readonly messages: readonly LoggedMessage[];
  /** The log was read up to here: the next page begins after it. */
  readonly upTo: number;
  /** Nothing was past `upTo` when the page was made. */
  readonly last: boolean;
  /** The highest offset of these channels that is no longer kept; 0 where everything is. */
  readonly trimmed: number;
}

export interface BackplaneListener {
  /** Events in the order of their offsets, without holes, each once; also those this process published. */
  onMessages(messages: readonly LoggedMessage[]): void;
  /** The log was lost or rebuilt: what follows is of this epoch, after this offset. */
  onEpoch(position: Position): void;
}

/**
 * The ordered log behind a hub. One log, one order: offsets ascend by one within an epoch, and every process sees
 * the same. A hub subscribes once, before it publishes.
 *
 * The epoch changes whenever an event whose `publish` resolved may be missing from the log, and only then.
 * Implementations may deliver to the listener while `publish` runs. Every rejection is a `BackplaneError`.
 */
export interface Backplane extends AsyncDisposable {
  /**
   * Appends; resolves when the log has the event. Calls are logged in the order in which they were made. The same
   * `idempotencyKey` again, within the log's memory of it, appends nothing and resolves with the first position.
   */
  publish(
    message: BackplaneMessage,
    options?: { readonly idempotencyKey?: string | undefined },
  ): Promise<Position>;
  /** Listens from the present head on, which it returns. A second call replaces the first listener. */
  subscribe(listener: BackplaneListener): Promise<Position>;
  /** Reads the log after an offset, at most `limit` events. An offset past the head gives an empty last page. */
  replay(after: number, channels: readonly string[], limit: number): Promise<ReplayPage>;
  /** The log's present end. */
  head(): Promise<Position>;
  /** Stops; nothing is delivered afterwards. */
  close(): Promise<void>;
}
