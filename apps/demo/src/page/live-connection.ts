import { type ConnectionState, connect, type GapEvent, type Subscription } from "@sse/client";
import { type LiveEvent, live, PAGE_PARAMETER, type Snapshot } from "../contract.ts";
import { countedFetch } from "./counted-fetch.ts";
import { Ledger } from "./ledger.ts";
import { Traffic } from "./traffic.ts";

export type LiveState = ConnectionState["status"] | "resting";

/** What the panels hear of the live stream. */
export interface LiveListener {
  onEvent?(event: LiveEvent): unknown;
  onGap?(gap: GapEvent): unknown;
  onState?(state: LiveState, details: ConnectionState): unknown;
}

/** How long a hidden tab keeps its connection: browsers allow six to a host, over all tabs, with HTTP/1.1. */
const REST_AFTER_MS = 20_000;
/** The feed has ten events a second: five seconds without one, and the connection is dead, whatever TCP says. */
const IDLE_TIMEOUT_MS = 5000;

/** The page's one live connection, with the counting of what came over it. */
export class LiveConnection {
  readonly page: string;
  readonly ledger: Ledger = new Ledger();
  readonly traffic: Traffic = new Traffic();
  reconnects = 0;
  /** The position: what a reconnection resumes after. */
  lastEventId: string;
  state: LiveState = "connecting";
  readonly #listeners = new Set<LiveListener>();
  #subscription: Subscription<LiveEvent> | undefined;
  #opened = false;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(page: string, snapshot: Snapshot) {
    this.page = page;
    this.lastEventId = snapshot.lastEventId;
    const newest = snapshot.samples.at(-1);
    if (newest !== undefined) this.ledger.begin("sample", newest);
    this.ledger.begin("job", snapshot.job);
    this.ledger.begin("burst", { run: snapshot.server.run, n: 0 });
  }

  /** Returns the function that takes the listener away. */
  listen(listener: LiveListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Connects, and goes on where the page's first content ends. */
  start(): void {
    this.#connect();
    document.addEventListener("visibilitychange", () => this.#onVisibility());
  }

  #connect(): void {
    const subscription = connect(live, `/live?${PAGE_PARAMETER}=${this.page}`, {
      lastEventId: this.lastEventId,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      reconnect: { minDelayMs: 100, maxDelayMs: 500 },
      fetch: countedFetch((bytes) => this.traffic.addBytes(bytes)),
    });
    this.#subscription = subscription;
    subscription.on("*", (event) => {
      this.lastEventId = event.lastEventId;
      this.ledger.take(event.type, event.data);
      this.traffic.addEvent();
      for (const listener of this.#listeners) listener.onEvent?.(event);
    });
    subscription.on("sse.gap", (gap) => {
      this.lastEventId = gap.lastEventId;
      this.ledger.gap();
      for (const listener of this.#listeners) listener.onGap?.(gap);
    });
    subscription.onStateChange((state) => {
      if (subscription !== this.#subscription) return;
      if (state.status === "open" && this.#opened) this.reconnects++;
      if (state.status === "open") this.#opened = true;
      this.#tell(state.status, state);
    });
  }

  #tell(state: LiveState, details: ConnectionState): void {
    this.state = state;
    for (const listener of this.#listeners) listener.onState?.(state, details);
  }

  #onVisibility(): void {
    clearTimeout(this.#rest);
    if (document.hidden) this.#rest = setTimeout(() => this.#letGo(), REST_AFTER_MS);
    else if (this.#subscription === undefined) this.#connect();
  }

  #letGo(): void {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    subscription?.close();
    if (subscription !== undefined) this.#tell("resting", subscription.state);
  }
}
