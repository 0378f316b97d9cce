import type { EventContract, EventMap, InputOf, SendableType } from "@sse/protocol";
import { HubCore } from "./hub-core.ts";
import type { HubBase, HubOptions, RespondOptions } from "./hub-options.ts";
import { namedHub } from "./hub-registry.ts";
import type { Presence } from "./presence-options.ts";
import type { PublishOptions } from "./publisher.ts";

/** One feed: every connection gets every event. */
export interface Hub<M extends EventMap> extends HubBase {
  /**
   * Publishes an event to everyone. Resolves with its id once the log has it, which does not say that anyone got it;
   * never waits for a reader. A rejection that nobody handles goes to `onError`.
   * Rejects with `InvalidDataError`, `InvalidEventError`, `LimitError`, `BackplaneError` or `ClosedError`.
   */
  publish<K extends SendableType<M>>(
    type: K,
    data: NoInfer<InputOf<M[K]>>,
    options?: PublishOptions,
  ): Promise<string>;
  /** Answers a request with the feed. Bound: it can be passed on its own as a handler that is given a request alone. */
  readonly respond: (request: Request, options?: RespondOptions) => Promise<Response>;
  /** Who is here, in all processes. @throws InvalidOptionError where the hub was made without `presence` */
  presence(): Presence;
}

/** Many feeds in one log: each event and each connection names its channels. */
export interface ChannelHub<M extends EventMap, Channel extends string = string> extends HubBase {
  /** As `Hub.publish`, to one channel. */
  publish<K extends SendableType<M>>(
    type: K,
    data: NoInfer<InputOf<M[K]>>,
    options: PublishOptions & { readonly channel: Channel },
  ): Promise<string>;
  /** Answers a request with these channels, in the order of the log. Bound. */
  readonly respond: (
    request: Request,
    options: RespondOptions & { readonly channels: readonly [Channel, ...Channel[]] },
  ) => Promise<Response>;
  /** Who is on a channel, in all processes. @throws InvalidOptionError where the hub was made without `presence` */
  presence(channel: Channel): Presence;
}

/**
 * A hub with one feed, which every connection gets.
 *
 * @throws InvalidOptionError for an option out of range, and for a contract with `by` or `id`, whose cursor is not
 * the log's
 */
export function createHub<M extends EventMap>(
  events: EventContract<M>,
  options: HubOptions<NoInfer<M>> = {},
): Hub<M> {
  const make = (onClosed?: () => void): Hub<M> => {
    const core = new HubCore(events, options, false);
    return {
      ...baseOf(core, onClosed),
      publish: (type, data, publishOptions) => core.publish(undefined, type, data, publishOptions),
      respond: (request, respondOptions) => core.respond(request, respondOptions),
      presence: () => core.presence(undefined),
    };
  };
  return options.name === undefined ? make() : namedHub(options.name, "hub", events, make);
}

/** A hub with channels: each event goes to one, each connection has one or more. Throws as `createHub` does. */
export function createChannelHub<M extends EventMap, Channel extends string = string>(
  events: EventContract<M>,
  options: HubOptions<NoInfer<M>> = {},
): ChannelHub<M, Channel> {
  const make = (onClosed?: () => void): ChannelHub<M, Channel> => {
    const core = new HubCore(events, options, true);
    return {
      ...baseOf(core, onClosed),
      publish: (type, data, publishOptions) =>
        core.publish(publishOptions?.channel, type, data, publishOptions),
      respond: (request, respondOptions) => core.respond(request, respondOptions),
      presence: (channel) => core.presence(channel),
    };
  };
  return options.name === undefined ? make() : namedHub(options.name, "channel hub", events, make);
}

function baseOf<M extends EventMap>(core: HubCore<M>, onClosed: () => void = () => {}): HubBase {
  const close = (): Promise<void> => {
    onClosed(); // its name is free from here on
    return core.close();
  };
  return {
    stats: () => core.stats(),
    revoke: (principal) => core.revoke(principal),
    drain: (options) => core.drain(options),
    close,
    [Symbol.asyncDispose]: close,
  };
}
