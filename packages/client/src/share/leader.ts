import { GAP_TYPE } from "@sse/protocol";
import type { ClientCloseReason, ConnectionState } from "../connection-state.ts";
import { isAtOrBefore } from "../wire-profile.ts";
import { type Arrival, LeaderConnection } from "./leader-connection.ts";
import { type CatchUp, encodeState, type MessageOf } from "./message.ts";
import type { Tab } from "./tab.ts";

/** Frames in one message. */
const MAX_NEWS = 512;

/** What a tab does while it leads: it reads the stream, relays it, and sees to it that tabs that join miss nothing. */
export class Leader {
  readonly #tab: Tab;
  readonly epoch: number;
  #seq = 0;
  #connection: LeaderConnection | undefined;
  /** Whether there are other tabs. */
  #followed = false;
  /** The position to come back to, while the stream is read again for a tab that is behind. */
  #home: string | undefined;

  /** `epoch` is larger than that of every leader before. */
  constructor(tab: Tab, epoch: number) {
    this.#tab = tab;
    this.epoch = epoch;
  }

  start(): void {
    this.#tab.log.keepsUntold = true;
    this.#tab.post({ kind: "lead", epoch: this.epoch });
    this.#read(this.#tab.log.head.at);
  }

  /** Lets go of the connection, and says no more. */
  stop(): void {
    this.#connection?.stop();
    this.#connection = undefined;
    this.#tab.log.keepsUntold = false;
    this.#tab.inbox.makeRoom();
  }

  wake(): void {
    this.#connection?.wake();
  }

  /** Tells the others of the state. */
  tell(state: ConnectionState, reason?: ClientCloseReason): void {
    this.#tab.post({ kind: "state", epoch: this.epoch, state: encodeState(state, reason) });
  }

  /** Another tab asks what follows its place, or only whether this one is alive. */
  answer(message: MessageOf<"join"> | MessageOf<"ping">): void {
    if (message.kind === "ping") {
      this.#tab.post({ kind: "pong", epoch: this.epoch });
      return;
    }
    const { log, intake, inbox } = this.#tab;
    this.#followed = true;
    log.keepsUntold = false;
    inbox.makeRoom();
    const { question, epoch, seq, at } = message;
    // Before there was a stream, this tab knows as much of it as the others do.
    if (this.#connection?.ordered === undefined) intake.ordered ||= message.ordered;
    // Who has no position begins with what comes now.
    const fresh = epoch === 0 && at === "";
    const frames = fresh ? [] : log.after({ epoch, seq, at });
    const catchUp = frames === undefined ? this.#goBack(at) : "frames";
    const streamAt = this.#received;
    const here = { epoch: this.epoch, seq: this.#seq, at: log.head.at || streamAt, streamAt };
    const state = encodeState(this.#connection?.state ?? { status: "connecting", attempt: 0 });
    const { ordered } = intake;
    this.#tab.post({ kind: "sync", question, ...here, catchUp, frames: frames ?? [], ordered, state });
  }

  get #received(): string {
    return this.#connection?.received ?? "";
  }

  /** Reads the stream again from a position before its own, where all tabs can tell what they have seen. */
  #goBack(at: string): CatchUp {
    const { intake, log } = this.#tab;
    const { ordered } = intake;
    const home = log.head.at;
    if (this.#received === at || (ordered && isAtOrBefore(this.#received, at))) return "stream";
    if (!ordered && this.#received !== "") return "unknown";
    if (home !== "") this.#home ??= home;
    this.#read(at);
    return "stream";
  }

  /** Reads the stream from a position on, in place of what was read before. */
  #read(lastEventId: string): void {
    const { plan, glance, inbox, intake } = this.#tab;
    this.#connection?.stop();
    intake.standAt(lastEventId);
    this.#connection = new LeaderConnection(plan, lastEventId, glance, {
      onArrivals: (arrivals) => this.#onArrivals(arrivals),
      onState: (state, reason) => this.#onState(state, reason),
      ready: () => (this.#followed ? undefined : inbox.whenRoom()),
    });
    this.#connection.start();
  }

  #onState(state: ConnectionState, reason: ClientCloseReason | undefined): void {
    const home = this.#home;
    if (reason !== "failed" || home === undefined) {
      this.#tab.onState(state, reason);
      return;
    }
    // The server refuses the position of the tab that is behind, and perhaps not that of the others.
    const data = JSON.stringify({ from: this.#received, reason: "expired" });
    this.#goHome(home, [], { type: GAP_TYPE, data });
  }

  #onArrivals(arrivals: readonly Arrival[]): void {
    const home = this.#home;
    const gap = home === undefined ? -1 : arrivals.findIndex(({ type }) => type === GAP_TYPE);
    const found = arrivals[gap];
    if (home === undefined || found === undefined) {
      this.#relay(arrivals);
      if (home !== undefined && isAtOrBefore(home, this.#received)) this.#home = undefined;
    } else this.#goHome(home, arrivals.slice(0, gap), found);
  }

  /** What the tab that is behind asked for is gone. That is a gap for it; the others go on where they are. */
  #goHome(home: string, arrivals: readonly Arrival[], { type, data }: Pick<Arrival, "type" | "data">): void {
    this.#home = undefined;
    this.#relay([...arrivals, { type, data, at: home, lastEventId: home }]);
    if (this.#connection !== undefined) this.#read(home);
  }

  #relay(arrivals: readonly Arrival[]): void {
    const { intake } = this.#tab;
    const frames = arrivals.map((arrival) => ({ ...arrival, epoch: this.epoch, seq: ++this.#seq }));
    intake.ordered = this.#connection?.ordered ?? intake.ordered;
    const { ordered } = intake;
    // In parts, since a loop in another tab goes on between messages, not within one.
    for (let from = 0; from < frames.length; from += MAX_NEWS)
      this.#tab.post({
        kind: "news",
        epoch: this.epoch,
        frames: frames.slice(from, from + MAX_NEWS),
        ordered,
      });
    for (const frame of frames) intake.take(frame);
  }
}
