import type { ServerSentEvent } from "@sse/protocol";
import { Connection, type ConnectionFace, type ConnectionPlan } from "../connection.ts";
import type { ClientCloseReason, ConnectionState } from "../connection-state.ts";
import type { PageBound } from "../transport/page-life.ts";
import type { WireProfile } from "../wire-profile.ts";
import type { Look } from "./glance.ts";

/** What the stream brought: an event, or with a type of "" a position without one, or (`data`) a poisonous id. */
export interface Arrival extends ServerSentEvent {
  readonly at: string;
}

/** Who is told what the leader's connection reads. */
export interface LeaderConnectionEvents {
  onArrivals(arrivals: readonly Arrival[]): void;
  onState(state: ConnectionState, reason: ClientCloseReason | undefined): void;
  /** A promise while nobody has a place for more. */
  ready(): Promise<void> | undefined;
}

/** The one connection of all tabs, in the tab that leads; what it reads is passed on a chunk at a time. */
export class LeaderConnection implements ConnectionFace {
  readonly #connection: Connection;
  readonly #glance: Look;
  readonly #events: LeaderConnectionEvents;
  #profile: WireProfile | undefined;
  #page: PageBound | undefined;
  #arrivals: Arrival[] = [];
  #at: string;
  #moved = false;
  #stopped = false;

  /** `lastEventId` is the position to go on from. */
  constructor(plan: ConnectionPlan, lastEventId: string, glance: Look, events: LeaderConnectionEvents) {
    this.#glance = glance;
    this.#events = events;
    this.#at = lastEventId;
    const { profile } = plan.stream;
    this.#connection = new Connection(
      {
        ...plan,
        lastEventId,
        signal: undefined,
        stream: {
          ...plan.stream,
          profile: profile && ((url, position) => (this.#profile = profile(url, position))),
        },
        // The tab decides when it sleeps; that the network is back is for the connection.
        watchPage: (bound) => {
          this.#page = bound;
          return () => {};
        },
      },
      this,
    );
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  get received(): string {
    return this.#connection.received;
  }

  /** Whether the stream's ids can be compared; `undefined` until it brought something. */
  get ordered(): boolean | undefined {
    return this.#moved ? this.#profile?.ordered : undefined;
  }

  start(): void {
    this.#connection.start();
  }

  wake(): void {
    this.#page?.wake();
  }

  /** Lets go of the connection, and says no more. */
  stop(): void {
    this.#stopped = true;
    this.#connection.close("closed");
  }

  // What the connection tells.

  onEvent(event: ServerSentEvent): void {
    const { isEnd = false, cursor } = this.#glance?.(event) ?? {};
    if (cursor !== undefined) this.#connection.adopt(cursor);
    this.#arrive(event.type, event.data, event.lastEventId);
    if (isEnd) this.#connection.close("ended");
  }

  onPoisonId(id: string): void {
    this.#arrive("", id, "");
  }

  onPosition(lastEventId: string): void {
    if (lastEventId !== this.#at) this.#arrive("", "", lastEventId);
    this.#flush();
  }

  onState(state: ConnectionState): void {
    this.#flush();
    if (!this.#stopped) this.#events.onState(state, this.#connection.reason);
  }

  ready(): Promise<void> | undefined {
    return this.#events.ready();
  }

  isFinished(): boolean {
    return false;
  }

  #arrive(type: string, data: string, lastEventId: string): void {
    this.#at = this.received;
    this.#moved = true;
    this.#arrivals.push({ type, data, lastEventId, at: this.#at });
  }

  #flush(): void {
    if (this.#arrivals.length === 0 || this.#stopped) return;
    const arrivals = this.#arrivals;
    this.#arrivals = [];
    this.#events.onArrivals(arrivals);
  }
}
