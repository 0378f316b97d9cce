import { type EventContract, type EventMap, InvalidOptionError, serializeEvent } from "@sse/protocol";
import type { Backplane } from "./backplane/backplane.ts";
import { memoryBackplane } from "./backplane/memory.ts";
import { CONTROL_CHANNEL, type Position } from "./backplane/message.ts";
import type { CloseReason } from "./close-reason.ts";
import { OriginPolicy } from "./cors.ts";
import { closeOver } from "./drain.ts";
import { writerOf } from "./event-writer.ts";
import { Feed } from "./feed.ts";
import { encode, type GapReason } from "./frame.ts";
import { type Admitted, Gate } from "./gate.ts";
import { GrantWatch, isExpired } from "./grants.ts";
import { HubConnection, type HubConnectionOwner, type HubConnectionRules } from "./hub-connection.ts";
import { HubControl } from "./hub-control.ts";
import {
  type AnyRespondOptions,
  type ConnectionFacts,
  checkedChannels,
  checkedForm,
  type DrainOptions,
  FEED,
  feedAlone,
  type HubOptions,
  type HubSettings,
  type HubStats,
  type RespondOptions,
  resolveHubOptions,
} from "./hub-options.ts";
import { Join } from "./join.ts";
import { OpenConnections, type Revoked } from "./open-connections.ts";
import { retryTime, timeOf } from "./options.ts";
import type { Presence } from "./presence-options.ts";
import { Publisher, type PublishOptions } from "./publisher.ts";
import { Reporter } from "./reporter.ts";
import { checkedRequest, lastEventIdOf } from "./request.ts";
import { goElsewhere, headResponse, refusal, shortAnswer, streamResponse, withHeaders } from "./response.ts";
import { sendSnapshot } from "./snapshot.ts";
import { retryLine } from "./transmission.ts";

/** The clients of a server that goes down are told to come back after this long, unless it says otherwise. */
const DRAIN_RETRY_MS = 2_000;

/** A hub with or without channels: the parts, and what becomes of each connection. */
export class HubCore<M extends EventMap> implements HubConnectionOwner {
  readonly #options: HubOptions<M>;
  readonly #reporter: Reporter;
  readonly #settings: HubSettings;
  readonly #hasChannels: boolean;
  /** A contract with `end`: its streams finish by themselves. */
  readonly #isFinite: boolean;
  readonly #rules: HubConnectionRules;
  readonly #origins: OriginPolicy;
  readonly #gate: Gate;
  readonly #backplane: Backplane;
  readonly #publisher: Publisher;
  readonly #feed: Feed;
  readonly #join: Join;
  readonly #control: HubControl;
  readonly #connections = new OpenConnections();
  /** Set from when no more connections are taken. */
  #retryElsewhereMs: number | undefined;
  #gaps = 0;
  #refused = 0;

  constructor(events: EventContract<M>, options: HubOptions<M>, hasChannels: boolean) {
    const settings = resolveHubOptions(options);
    const writer = writerOf(events, settings.validate);
    const { end, done } = checkedForm(events);
    const { snapshot, authorize } = options;
    this.#options = options;
    this.#settings = settings;
    this.#reporter = new Reporter(options.hooks, settings.onError);
    for (const error of settings.unknown) this.#reporter.report(error);
    this.#hasChannels = hasChannels;
    this.#isFinite = (end?.length ?? 0) > 0;
    const last = done === undefined ? undefined : encode(serializeEvent({ data: done }));
    this.#rules = { ...settings.limits, slowConsumer: settings.slowConsumer, done: last };
    this.#origins = new OriginPolicy(options.cors, options.hosts);
    this.#gate = new Gate({ limits: settings.limits, authorize, hasChannels });
    this.#backplane = options.backplane ?? memoryBackplane({ replay: options.replay });
    this.#publisher = new Publisher(
      this.#backplane,
      writer,
      settings.limits.maxEventBytes,
      this.#reporter.report,
    );
    this.#control = new HubControl({
      backplane: options.backplane,
      presence: settings.presence,
      onRevoke: (principal) => this.#connections.revoke(principal),
      onError: this.#reporter.report,
    });
    this.#feed = new Feed(this.#backplane, {
      onMissed: (connection, at) => this.#watch(connection, this.#join.resume(connection, at)),
      onReset: () => this.#control.resume(),
      onControl: (frame) => this.#control.onFrame(frame),
    });
    this.#join = new Join(
      this.#feed,
      snapshot &&
        ((connection, at, reason) => {
          const asked = { ...this.#factsOf(connection), request: connection.request, reason };
          return sendSnapshot(snapshot, writer, connection, asked, at);
        }),
    );
  }

  get flushed(): Position {
    return this.#feed.flushed;
  }

  publish(channel: unknown, type: string, data: unknown, options?: PublishOptions): Promise<string> {
    return this.#publisher.publish(this.#hasChannels ? channel : FEED, type, data, options);
  }

  async respond(request: Request, options: AnyRespondOptions = {}): Promise<Response> {
    const answer = await this.#connections.enter((revoked) => this.#answer(request, options, revoked));
    if (answer.status >= 400) this.#refused++;
    return answer;
  }

  async #answer(request: Request, options: AnyRespondOptions, revoked: Revoked): Promise<Response> {
    const { channels: asked } = options;
    const foreign = this.#origins.answer(checkedRequest(request));
    const channels = this.#hasChannels ? checkedChannels(asked, this.#isFinite) : feedAlone(asked);
    if (foreign !== undefined) return foreign;
    const headers = withHeaders(this.#origins.headers(request), options.headers);
    if (channels.includes(CONTROL_CHANNEL)) return refusal(403, "This channel is the server's own.", headers);
    const short = shortAnswer(request, headers, ["GET", "HEAD", "POST"]) ?? this.#answerElsewhere(headers);
    if (short !== undefined) return short;
    const admitted = await this.#enter(request, channels, options, headers);
    if (admitted instanceof Response) return admitted;
    // What is refused to `GET` is refused to `HEAD` as well.
    const late = (await this.#started(headers)) ?? this.#answerElsewhere(headers);
    const early = late ?? headResponse(request, headers);
    if (early === undefined) return streamResponse(this.#open(request, admitted, revoked).body, headers);
    admitted.leave();
    return early;
  }

  stats(): HubStats {
    const { published } = this.#publisher;
    return { ...this.#connections.sums(), published, gaps: this.#gaps, refused: this.#refused };
  }

  revoke(principal: string): Promise<void> {
    this.#connections.revoke(principal);
    return this.#control.revoke(principal);
  }

  presence(channel: unknown): Presence {
    const name = this.#hasChannels ? channel : FEED;
    if (typeof name !== "string") {
      throw new InvalidOptionError(`presence needs a channel, which is a string, not ${typeof name}.`);
    }
    const presence = this.#control.presence(name);
    this.#start().catch(this.#reporter.report); // the others are heard from here on
    return presence;
  }

  async drain(options: DrainOptions): Promise<void> {
    const overMs = timeOf("overMs", options?.overMs); // without it everybody would come back in one moment
    const retryMs = retryTime("retryMs", options.retryMs) ?? this.#settings.retryMs ?? DRAIN_RETRY_MS;
    this.#retryElsewhereMs = retryMs;
    const end = performance.now() + overMs;
    if (this.#isFinite) await this.#connections.untilEmpty(end);
    const left = Math.max(0, end - performance.now());
    await closeOver(this.#connections.all, left, (connection) => {
      this.#feed.flush(); // what was published before is still sent
      this.#sendElsewhere(connection, retryMs);
    });
  }

  async close(): Promise<void> {
    this.#retryElsewhereMs ??= this.#settings.retryMs ?? DRAIN_RETRY_MS;
    this.#feed.flush(); // what was published before is still sent
    const { retryMs } = this.#settings;
    for (const connection of this.#connections.all) this.#sendElsewhere(connection, retryMs);
    this.#publisher.close();
    await this.#control.close();
    await this.#feed.close();
    if (this.#options.backplane === undefined) await this.#backplane.close();
  }

  onGap(connection: HubConnection, reason: GapReason): void {
    this.#gaps++;
    this.#reporter.tell((hooks) => hooks.gap?.(this.#factsOf(connection), reason));
  }

  onStalled(connection: HubConnection): void {
    this.#reporter.tell((hooks) => hooks.stalled?.(this.#factsOf(connection)));
  }

  onClosed(connection: HubConnection, reason: CloseReason): void {
    this.#feed.remove(connection);
    this.#connections.delete(connection);
    this.#control.leave(connection.channels, connection.holder.principal);
    const facts = this.#factsOf(connection);
    if (connection.dropped > 0) this.#reporter.tell((hooks) => hooks.dropped?.(facts, connection.dropped));
    this.#reporter.tell((hooks) => hooks.closed?.(facts, reason));
  }

  /** What failed is told to `onError` alone. */
  async #enter(
    request: Request,
    channels: readonly string[],
    options: RespondOptions,
    headers: Headers,
  ): Promise<Admitted | Response> {
    try {
      return await this.#gate.enter(request, channels, options, headers);
    } catch (error) {
      this.#reporter.report(error);
      return refusal(500, "It could not be found out whether this may be read.", headers);
    }
  }

  async #start(): Promise<void> {
    await this.#feed.start();
    this.#control.start();
  }

  /** Undefined: this process reads the log. */
  async #started(headers: Headers): Promise<Response | undefined> {
    try {
      await this.#start();
      return undefined;
    } catch (error) {
      this.#reporter.report(error);
      const late = withHeaders(headers, { "retry-after": "5" });
      return refusal(503, "The events cannot be had at present.", late);
    }
  }

  #open(request: Request, admitted: Admitted, revoked: Revoked): HubConnection {
    const { channels, holder, grant } = admitted;
    const { limits, heartbeatMs, retryMs } = this.#settings;
    const { authorize, snapshot } = this.#options;
    const times = { heartbeatMs, retryMs, maxDurationMs: limits.maxDurationMs };
    const keeps = authorize !== undefined || snapshot !== undefined;
    const asked = { request: keeps ? request : undefined, signal: request.signal, channels, holder };
    const connection = new HubConnection(
      { ...times, ...asked, rules: this.#rules, start: this.#feed.read },
      this,
    );
    const release = grant === undefined ? admitted.leave : this.#holdGrant(connection, admitted);
    this.#connections.add(connection, release);
    this.#control.enter(channels, holder.principal);
    this.#reporter.tell((hooks) => hooks.opened?.(this.#factsOf(connection)));
    if (request.signal.aborted) connection.close("client");
    else if (revoked.has(holder.principal)) connection.reauthenticate("revoked");
    else if (grant !== undefined && isExpired(grant)) connection.reauthenticate("expired");
    else this.#watch(connection, this.#join.begin(connection, lastEventIdOf(request)));
    return connection;
  }

  /** Watches over the grant as long as the connection lives; returns what ends that, and frees its place. */
  #holdGrant(connection: HubConnection, { grant, channels, leave }: Admitted): () => void {
    if (grant === undefined) return leave;
    const { reauthorizeMs } = this.#settings;
    const watch = new GrantWatch({
      connection,
      grant,
      covers: (now) => this.#gate.covered(now, channels).length === channels.length,
      ask: async () => (await this.#gate.ask(connection.request, channels)) ?? grant,
      reauthorizeMs,
      onError: this.#reporter.report,
    });
    return () => {
      watch.stop();
      leave();
    };
  }

  /** A connection that cannot read the log is closed: it comes back with the position it has. */
  #watch(connection: HubConnection, joining: Promise<void>): void {
    joining.catch((error: unknown) => {
      this.#reporter.report(error);
      connection.close("error");
    });
  }

  /** A native EventSource gives up at a 503: it gets a stream that ends at once, and when to come back. */
  #answerElsewhere(headers: Headers): Response | undefined {
    if (this.#retryElsewhereMs === undefined) return undefined;
    return goElsewhere(retryLine(this.#retryElsewhereMs), headers);
  }

  #sendElsewhere(connection: HubConnection, retryMs: number | undefined): void {
    connection.close("drained", retryMs === undefined ? undefined : encode(retryLine(retryMs)));
  }

  #factsOf({ holder, channels }: HubConnection): ConnectionFacts {
    return { principal: holder.principal, channels: this.#hasChannels ? channels : [] };
  }
}
