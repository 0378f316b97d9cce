import { type EventContract, encodeEvent, InvalidOptionError } from "@sse/protocol";
import type { Backplane, Position } from "./backplane/backplane.ts";
import { memoryBackplane } from "./backplane/memory.ts";
import { OriginPolicy } from "./cors.ts";
import { Feed } from "./feed.ts";
import { frameOf, retryFrame, spread } from "./frame.ts";
import { covers, type Grant, GrantWatch } from "./grants.ts";
import { HubConnection } from "./hub-connection.ts";
import type {
  ConnectionFacts,
  DrainOptions,
  HubOptions,
  HubStats,
  RespondOptions,
  SnapshotHook,
} from "./hub-options.ts";
import { type JoinSource, join } from "./join.ts";
import { Admission, type Holder } from "./limits.ts";
import { openingFrame } from "./opening.ts";
import {
  DEFAULT_HEARTBEAT_MS,
  DEFAULT_MAX_QUEUE_BYTES,
  DEFAULT_MAX_STALL_MS,
  positive,
  retryTime,
} from "./options.ts";
import type { CloseReason } from "./outlet.ts";
import { formatPosition } from "./position.ts";
import { Publication } from "./publication.ts";
import { answerWithoutStream, readLastEventId, refusal, streamHeaders } from "./response.ts";
import { type TimerWheel, wheelFor } from "./wheel.ts";

/** The clients of a draining server are told to come back after this long, unless it says otherwise. */
const DRAIN_RETRY_MS = 2_000;

/** A hub with or without channels: who may connect, and what becomes of each connection. */
export class HubCore {
  readonly #options: HubOptions;
  readonly #feed: Feed;
  readonly #backplane: Backplane;
  readonly #admission: Admission;
  readonly #origins: OriginPolicy;
  readonly #wheel: TimerWheel;
  readonly #heartbeatMs: number;
  readonly #retryMs: number | undefined;
  readonly #connections = new Set<HubConnection>();
  readonly #joined = new WeakSet<HubConnection>(); // those past their replay
  readonly #finite: boolean;
  readonly #joinSource: JoinSource;
  readonly #events: EventContract;
  #drainRetryMs: number | undefined; // set while draining
  #delivered = 0; // by connections that are closed, as the next
  #dropped = 0;
  #gaps = 0;

  constructor(events: EventContract, options: HubOptions) {
    if (events.options.by !== undefined || events.options.id !== undefined) {
      throw new InvalidOptionError(
        "A hub gives the ids and writes the types; a contract with 'by' or 'id' is for eventStream.",
      );
    }
    this.#events = events;
    this.#options = options;
    this.#finite = (events.options.end?.length ?? 0) > 0;
    this.#heartbeatMs = positive("heartbeatMs", options.heartbeatMs, DEFAULT_HEARTBEAT_MS);
    this.#retryMs = retryTime("retryMs", options.retryMs);
    this.#wheel = wheelFor(this.#heartbeatMs);
    this.#admission = new Admission(options.limits ?? {});
    this.#origins = new OriginPolicy(options.cors, options.hosts);
    this.#backplane = options.backplane ?? memoryBackplane({ replay: options.replay });
    const { snapshot } = options;
    this.#joinSource = {
      ...this.#log,
      snapshot: snapshot && ((connection, position) => this.#sendState(snapshot, connection, position)),
    };
    this.#feed = new Feed({
      events,
      backplane: this.#backplane,
      maxEventBytes: positive("limits.maxEventBytes", options.limits?.maxEventBytes, 1_048_576),
      validate: options.validate ?? true,
    });
  }

  publish(
    channel: string,
    type: string,
    data: unknown,
    options: { key?: string | undefined; idempotencyKey?: string | undefined } = {},
  ): Promise<string> {
    return Publication.of(this.#feed.publish(channel, type, data, options), (error) => this.#report(error));
  }

  async respond(
    request: Request,
    channels: readonly string[],
    options: RespondOptions = {},
  ): Promise<Response> {
    if (this.#finite && channels.length > 1) {
      // [DESIGN 10.9] The end of one channel would be the end of all.
      throw new InvalidOptionError("A contract with 'end' takes one channel a connection.");
    }
    const extra = this.#origins.headers(request);
    for (const [name, value] of new Headers(options.headers)) extra.set(name, value);
    const early =
      this.#origins.answer(request) ??
      answerWithoutStream(request, extra) ??
      this.#answerWhileDraining(extra);
    if (early !== undefined) return early;
    const grant = await this.#options.authorize?.(request, channels);
    if (grant instanceof Response) return withHeaders(grant, extra);
    if (grant !== undefined && !covers(grant, channels))
      return refusal(403, "These channels are not yours to read.", extra);
    const holder = { principal: grant?.principal ?? options.principal, ip: options.ip };
    await this.#feed.started;
    const refused = this.#admission.enter(holder);
    if (refused !== undefined)
      return refusal(refused, "There are too many connections.", extra, spread(10_000));
    return new Response(this.#open(request, channels, holder, grant).outlet.body, {
      headers: streamHeaders(extra),
    });
  }

  stats(): HubStats {
    let delivered = this.#delivered;
    let dropped = this.#dropped;
    for (const connection of this.#connections) {
      delivered += connection.delivered;
      dropped += connection.outlet.dropped;
    }
    return {
      connections: this.#connections.size,
      published: this.#feed.published,
      delivered,
      dropped,
      gaps: this.#gaps,
    };
  }

  revoke(principal: string): void {
    for (const connection of [...this.#connections]) {
      if (connection.holder.principal === principal) connection.reauthenticate("revoked");
    }
  }

  async drain({ overMs, retryMs }: DrainOptions): Promise<void> {
    const time = positive("overMs", overMs, 0, { least: 0 });
    this.#drainRetryMs = retryTime("retryMs", retryMs) ?? this.#retryMs ?? DRAIN_RETRY_MS;
    const leaving = [...this.#connections].map((connection, index, all) => {
      // [DESIGN 4] Streams that will finish by themselves get all the time there is.
      const after = this.#finite ? time : (time * (index + 1)) / all.length;
      const timer = setTimeout(() => connection.drain(this.#drainRetryMs), after);
      return connection.outlet.closed.then(() => clearTimeout(timer));
    });
    await Promise.all(leaving);
  }

  async close(): Promise<void> {
    this.#drainRetryMs ??= this.#retryMs ?? DRAIN_RETRY_MS;
    for (const connection of [...this.#connections]) {
      connection.outlet.end("drained");
      connection.outlet.flush();
    }
    await this.#feed.close();
  }

  #open(
    request: Request,
    channels: readonly string[],
    holder: Holder,
    grant: Grant | undefined,
  ): HubConnection {
    const { limits = {}, slowConsumer = "disconnect", hooks, authorize } = this.#options;
    const connection: HubConnection = new HubConnection(
      request,
      [...new Set(channels)],
      holder,
      this.#feed.live,
      {
        wheel: this.#wheel,
        heartbeatMs: this.#heartbeatMs,
        maxQueueBytes: positive("limits.maxQueueBytes", limits.maxQueueBytes, DEFAULT_MAX_QUEUE_BYTES),
        maxStallMs: positive("limits.maxStallMs", limits.maxStallMs, DEFAULT_MAX_STALL_MS),
        maxDurationMs: positive("limits.maxDurationMs", limits.maxDurationMs, 0),
        slowConsumer,
        live: () => (this.#joined.has(connection) ? this.#feed.live : undefined),
        onClosed: (reason) => this.#onClosed(connection, reason),
        onStalled: () => hooks?.stalled?.(factsOf(connection)),
      },
    );
    this.#connections.add(connection);
    const leave = (): void => connection.outlet.abort("client");
    request.signal.addEventListener("abort", leave, { once: true });
    connection.outlet.closed.then(() => request.signal.removeEventListener("abort", leave));
    hooks?.opened?.(factsOf(connection));
    connection.outlet.send(openingFrame(this.#heartbeatMs));
    if (this.#retryMs !== undefined) connection.outlet.send(retryFrame(spread(this.#retryMs)));
    if (grant !== undefined && authorize !== undefined) {
      const watch = new GrantWatch(connection, grant, authorize, (error) => this.#report(error));
      this.#wheel.schedule(watch, watch.nextTime(this.#wheel.now()));
      connection.outlet.closed.then(() => this.#wheel.cancel(watch));
    }
    if (request.signal.aborted) leave();
    else this.#join(connection, readLastEventId(request));
    return connection;
  }

  #join(connection: HubConnection, lastEventId: string): void {
    join(this.#joinSource, connection, lastEventId).catch((error: unknown) => {
      this.#report(error);
      connection.outlet.abort("error"); // it comes back with the position it has
    });
  }

  readonly #log: Omit<JoinSource, "snapshot"> = {
    replay: (after, channels, limit) => this.#backplane.replay(after, channels, limit),
    head: () => this.#backplane.head(),
    live: () => this.#feed.live,
    frameOf: (message, epoch) => this.#feed.frameOf(message, epoch),
    isEnd: (message) => message.end,
    finish: (connection) => connection.finish(this.#feed.done),
    onGap: (connection, reason) => {
      this.#gaps++;
      this.#options.hooks?.gap?.(factsOf(connection), reason);
    },
    goLive: (connection) => {
      this.#joined.add(connection);
      this.#feed.add(connection);
    },
  };

  async #sendState(snapshot: SnapshotHook, connection: HubConnection, position: Position): Promise<void> {
    for await (const event of snapshot({ ...factsOf(connection), position: formatPosition(position) })) {
      const bytes = encodeEvent(this.#events["~codec"].encode(event.type, event.data));
      connection.outlet.sendAll([frameOf(bytes)]);
      await connection.outlet.ready;
      if (connection.outlet.isClosed) return;
    }
  }

  #onClosed(connection: HubConnection, reason: CloseReason): void {
    this.#connections.delete(connection);
    this.#feed.remove(connection);
    this.#admission.leave(connection.holder);
    this.#delivered += connection.delivered;
    this.#dropped += connection.outlet.dropped;
    const { hooks } = this.#options;
    if (connection.outlet.dropped > 0) hooks?.dropped?.(factsOf(connection), connection.outlet.dropped);
    hooks?.closed?.(factsOf(connection), reason);
  }

  /** A native EventSource gives up at a 503: it gets a stream that ends at once, and when to come back. */
  #answerWhileDraining(extra: Headers): Response | undefined {
    if (this.#drainRetryMs === undefined) return undefined;
    const body = retryFrame(spread(this.#drainRetryMs)).bytes as Uint8Array<ArrayBuffer>;
    return new Response(body, { headers: streamHeaders(extra) });
  }

  #report(error: unknown): void {
    if (this.#options.onError !== undefined) this.#options.onError(error);
    else console.error("An event stream hub failed.", error);
  }
}

function factsOf(connection: HubConnection): ConnectionFacts {
  return { principal: connection.holder.principal, channels: connection.channels };
}

/** A refusal that a page of another origin can read, as it can the stream. */
function withHeaders(response: Response, extra: Headers): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of extra) if (!headers.has(name)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
