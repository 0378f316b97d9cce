import { type EventContract, type EventMap, InvalidOptionError } from "@sse/protocol";
import type { Backplane } from "./backplane/backplane.ts";
import { type ReplayOptions, resolveReplay } from "./backplane/replay-options.ts";
import type { CloseReason } from "./close-reason.ts";
import type { CorsOptions } from "./cors.ts";
import type { GapReason } from "./frame.ts";
import type { Authorize } from "./grants.ts";
import { type LimitOptions, type Limits, resolveLimits } from "./limits.ts";
import { checkFunction, NO_CHANNELS, unknownNames } from "./option-names.ts";
import { heartbeatInterval, optionalLimit, retryTime } from "./options.ts";
import { type PresenceOptions, type PresenceSettings, resolvePresence } from "./presence-options.ts";
import type { HeadersLike } from "./response.ts";
import type { SlowConsumer } from "./send-queue.ts";
import type { SnapshotHook } from "./snapshot.ts";

/** What a hub tells of its connections, for logs and metrics. What a hook throws goes to `onError`. */
export interface HubHooks {
  /** The response was made, and its stream has begun. */
  opened?(connection: ConnectionFacts): void;
  /** The connection is over, and why. */
  closed?(connection: ConnectionFacts, reason: CloseReason): void;
  /** The client was told that events are missing. */
  gap?(connection: ConnectionFacts, reason: GapReason): void;
  /** At the close of a connection for which events were dropped: how many. */
  dropped?(connection: ConnectionFacts, events: number): void;
  /** Bytes waited for longer than `maxStallMs`; the connection is closed as slow. */
  stalled?(connection: ConnectionFacts): void;
}

/** What hooks are told of a connection: none of its secrets. */
export interface ConnectionFacts {
  readonly principal: string | undefined;
  /** Empty in a hub without channels. */
  readonly channels: readonly string[];
}

/** What a hub is made with. */
// biome-ignore lint/suspicious/noExplicitAny: options that name no contract go with every one
export interface HubOptions<M extends EventMap = any> {
  /**
   * Makes the hub the only one of its name in the process: who asks for it again gets the same one, with its log and its
   * connections, also from a module that was reloaded, or loaded twice. The other options are those of the first call
   * until the hub is closed; with another contract, or the other kind of hub, it is an `InvalidOptionError`, since one
   * log cannot speak two. Default: a hub of its own for each call.
   */
  readonly name?: string | undefined;
  /** Where the log is. Default: the memory of this process. One that is given is not closed with the hub. */
  readonly backplane?: Backplane | undefined;
  /**
   * How much the memory backplane keeps; false: nothing. Default: 10,000 events, 32 MiB, 5 minutes. A backplane that is
   * given has a `replay` of its own.
   */
  readonly replay?: ReplayOptions | false | undefined;
  /** A comment, or a mark, is written after so much silence, in ms; false: never. Default: 15,000; 8,000 on Bun. */
  readonly heartbeatMs?: number | false | undefined;
  /** The reconnection time clients are told, in milliseconds, spread by a quarter each way. Default: none. */
  readonly retryMs?: number | undefined;
  /** What connections may cost. Default: those of `LimitOptions`. */
  readonly limits?: LimitOptions | undefined;
  /** What happens to a client that reads more slowly than events come. Default: "disconnect", which loses nothing. */
  readonly slowConsumer?: SlowConsumer | undefined;
  /**
   * Who may connect. Default: everybody. What it throws is answered with a 500 that says nothing of it, and goes to
   * `onError`.
   */
  readonly authorize?: Authorize | undefined;
  /** How often `authorize` is asked again while a connection lives, in ms; false: never. Default: 30,000. */
  readonly reauthorizeMs?: number | false | undefined;
  /** Which pages of other origins may read. Default: no CORS headers, and origins are not looked at. */
  readonly cors?: CorsOptions | undefined;
  /** The hosts that this server answers for, as in URLs, with the port; others get 421. Default: every one. */
  readonly hosts?: readonly string[] | undefined;
  /** Sends the current state to a client whose gap the log cannot heal. For state, not for deltas. Default: none. */
  readonly snapshot?: SnapshotHook<M> | undefined;
  /** Whether schemas of the contract check what is published. Default: true. */
  readonly validate?: boolean | undefined;
  /** Whether it is known who is on a channel (`presence`), in all processes that read the log. Default: false. */
  readonly presence?: PresenceOptions | boolean | undefined;
  /** Told of connections, for logs and metrics. Default: none. */
  readonly hooks?: HubHooks | undefined;
  /** Told what failed where nobody waits for it. Default: `console.error`. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

export interface HubSettings {
  readonly heartbeatMs: number | false;
  readonly retryMs: number | undefined;
  readonly reauthorizeMs: number | false;
  readonly slowConsumer: SlowConsumer;
  readonly validate: boolean;
  readonly limits: Limits;
  readonly presence: PresenceSettings | undefined;
  readonly onError: (error: unknown) => void;
  /** For `onError`: options that do not exist. They end nothing, since larger objects may be handed on. */
  readonly unknown: readonly InvalidOptionError[];
}

const NAMES: Readonly<Record<keyof HubOptions, 0>> = {
  name: 0,
  backplane: 0,
  replay: 0,
  heartbeatMs: 0,
  retryMs: 0,
  limits: 0,
  slowConsumer: 0,
  authorize: 0,
  reauthorizeMs: 0,
  cors: 0,
  hosts: 0,
  snapshot: 0,
  validate: 0,
  presence: 0,
  hooks: 0,
  onError: 0,
};

/** @throws InvalidOptionError */
export function resolveHubOptions<M extends EventMap>(options: HubOptions<M>): HubSettings {
  const unknown = unknownNames("A hub", options, NAMES);
  checkFunction("authorize", options.authorize);
  checkFunction("snapshot", options.snapshot);
  checkFunction("onError", options.onError);
  const limits = resolveLimits(options.limits);
  return {
    heartbeatMs: heartbeatInterval(options.heartbeatMs),
    retryMs: retryTime("retryMs", options.retryMs),
    reauthorizeMs: optionalLimit("reauthorizeMs", options.reauthorizeMs, 30_000),
    slowConsumer: policyOf(options.slowConsumer),
    validate: options.validate ?? true,
    limits,
    presence: resolvePresence(options.presence),
    onError: options.onError ?? ((error) => console.error("An event stream hub failed:", error)),
    unknown: [
      ...unknown,
      ...unknownNames("limits", options.limits ?? {}, limits),
      ...unknownNames("replay", options.replay || {}, resolveReplay()),
    ],
  };
}

const POLICIES: readonly SlowConsumer[] = ["disconnect", "drop-oldest", "latest"];

function policyOf(value: SlowConsumer = "disconnect"): SlowConsumer {
  if (POLICIES.includes(value)) return value;
  throw new InvalidOptionError(`slowConsumer is one of ${POLICIES.join(", ")}, not ${String(value)}.`);
}

/** What the server knows of one request. */
export interface RespondOptions {
  /** Who asks, where there is no `authorize`: for limits and `revoke`. Default: nobody. */
  readonly principal?: string | undefined;
  /** The client's address, for `limits.maxPerIp`. Default: not known, and not counted. */
  readonly ip?: string | undefined;
  /** Added to the response's; one of the same name replaces ours, and `vary` adds to it. Default: none. */
  readonly headers?: HeadersLike | undefined;
}

/** What routes of both kinds of hubs say. */
export interface AnyRespondOptions extends RespondOptions {
  readonly channels?: readonly string[] | undefined;
}

/** Counters of one hub in this process, since it was made. */
export interface HubStats {
  /** Open now. */
  readonly connections: number;
  /** Events published by this process. */
  readonly published: number;
  /** Events given to connections, each counted for each. */
  readonly delivered: number;
  /** Events dropped or superseded for slow clients. */
  readonly dropped: number;
  /** Gaps announced. */
  readonly gaps: number;
  /** Requests that were refused, for whatever reason: their status was 400 or more. */
  readonly refused: number;
}

/** How a hub goes down. */
export interface DrainOptions {
  /** The time over which the connections are closed, in milliseconds. */
  readonly overMs: number;
  /** The reconnection time that the clients are told, spread by a quarter each way. Default: the hub's, or 2,000. */
  readonly retryMs?: number | undefined;
}

/** What hubs and channel hubs have in common. */
export interface HubBase extends AsyncDisposable {
  stats(): HubStats;
  /**
   * Ends the connections of a principal, which get `sse.reauth`: those of this process at once, those of other processes
   * when they read it in the log. Resolves when the log has it; a rejection that nobody handles goes to `onError`.
   */
  revoke(principal: string): Promise<void>;
  /**
   * Takes no more connections, and closes those there are, spread over a time; streams of a contract with `end` have
   * until its end to finish. Resolves when all are closed.
   */
  drain(options: DrainOptions): Promise<void>;
  /** Closes all connections, which come back elsewhere, and stops. `publish` rejects from here on. */
  close(): Promise<void>;
}

/** @throws InvalidOptionError for a contract whose ids or types are not the hub's */
export function checkedForm<M extends EventMap>(events: EventContract<M>): EventContract<M>["options"] {
  const { by, id } = events.options;
  if (by === undefined && id === undefined) return events.options;
  throw new InvalidOptionError(
    "A hub gives the ids and writes the types; a contract with 'by' or 'id' is for eventStream.",
  );
}

/** The one channel of a hub without channels. */
export const FEED = "";

/** @throws InvalidOptionError for channels, where there are none */
export function feedAlone(asked: unknown): readonly string[] {
  if (asked === undefined) return [FEED];
  throw new InvalidOptionError(NO_CHANNELS);
}

/** Distinct, sorted. @throws InvalidOptionError for none, for one that is no text, and for several where the end of one would be that of all */
export function checkedChannels(asked: readonly string[] | undefined, isOne: boolean): readonly string[] {
  if (Array.isArray(asked) && asked.length > 0 && (!isOne || asked.length === 1)) {
    for (const channel of asked as readonly unknown[]) {
      if (typeof channel === "string") continue;
      throw new InvalidOptionError(
        `A channel is a string, not ${channel === null ? "null" : typeof channel}.`,
      );
    }
    return [...new Set(asked)].sort();
  }
  const rule = isOne ? "exactly one channel, since its contract has 'end'" : "at least one channel";
  throw new InvalidOptionError(`A connection needs ${rule}: respond(request, { channels: [...] }).`);
}
