/** A place in the log: `offset` events of `epoch` are at or before it. */
export interface Position {
  /** 1 to 64 characters of `A–Z a–z 0–9 _ -`. */
  readonly epoch: string;
  /** From 1 on for events; 0 is before the first. At most 2^53 - 1. */
  readonly offset: number;
}

/** One event as it travels to the log and between processes: serialized, without its id. */
export interface BackplaneMessage {
  readonly channel: string;
  /**
   * The event's block in the event stream without an `id` line, the closing blank line included. Text that UTF-8 can
   * carry; it has to come back as it is.
   */
  readonly payload: string;
  /** For connections with the policy `latest`: within the log, a newer event of the same key replaces this one. */
  readonly key: string | undefined;
  /** The event finishes its stream. */
  readonly end: boolean;
  /**
   * Only this principal's connections get it: live, and when it is replayed. Logs carry it as they carry `key`, and
   * need not look at it: `replay` gives it back to whoever reads the channel, and the hub leaves it out for others.
   * Default: everybody gets it.
   */
  readonly principal?: string | undefined;
}

/**
 * The channel on which the hubs of all processes speak to each other: who is revoked, who is where. It is a channel of
 * the log like another, with events in the usual form, so that these words come in the order of the log and after an
 * outage, too. No client gets it; `respond` and `publish` refuse its name.
 */
export const CONTROL_CHANNEL = "\0sse.control";
