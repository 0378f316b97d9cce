import { optionalLimit } from "./options.ts";

/** How it is known who is where. */
export interface PresenceOptions {
  /** A process that was not heard of for so many milliseconds is gone, with all its connections. Default: 30,000. */
  readonly ttlMs?: number | undefined;
  /**
   * Changes are gathered for so many milliseconds before they are told, to other processes and to listeners: who comes
   * back within it has not left. Default: 1,000.
   */
  readonly debounceMs?: number | undefined;
}

export interface PresenceSettings {
  readonly ttlMs: number;
  readonly debounceMs: number;
}

/** @throws InvalidOptionError */
export function resolvePresence(options: PresenceOptions | boolean = false): PresenceSettings | undefined {
  if (options === false) return undefined;
  const { ttlMs, debounceMs } = options === true ? {} : options;
  return {
    ttlMs: optionalLimit("presence.ttlMs", ttlMs, 30_000) || 30_000,
    debounceMs: optionalLimit("presence.debounceMs", debounceMs, 1_000) || 1_000,
  };
}

/** What changed on a channel, in all processes together. */
export interface PresenceChange {
  readonly connections: number;
  /** Principals of whom there was no connection before. */
  readonly joined: readonly string[];
  /** Principals of whom there is no connection any more. */
  readonly left: readonly string[];
}

/** Who is on a channel now, in all processes that read the same log. */
export interface Presence {
  readonly connections: number;
  /** Distinct, sorted. Of a process with more than 1,000 on the channel, the first 1,000. */
  readonly principals: readonly string[];
  /** Called after changes, at most once in `debounceMs`; returns what ends that, as does the signal. */
  onChange(
    listener: (change: PresenceChange) => void,
    options?: { readonly signal?: AbortSignal | undefined },
  ): () => void;
}
