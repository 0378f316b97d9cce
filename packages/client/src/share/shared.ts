import { ConnectionError, type SseError } from "@sse/protocol";
import type { ConnectionFace, ConnectionPlan } from "../connection.ts";
import type { ClientCloseReason, ConnectionState } from "../connection-state.ts";
import type { Link } from "../link.ts";
import { Follower } from "./follower.ts";
import { FrameLog } from "./frame-log.ts";
import type { Look } from "./glance.ts";
import { Inbox } from "./inbox.ts";
import { Intake } from "./intake.ts";
import { Leader } from "./leader.ts";
import { LeaderLock } from "./leader-lock.ts";
import type { Message } from "./message.ts";
import { Relay } from "./relay.ts";
import type { Tab } from "./tab.ts";
import { Watchdog } from "./watchdog.ts";

/** A tab whose lock was taken away hears of it within so long. */
const LOSS_IS_TOLD_MS = 150;
/** How long the lock of a finished stream is kept, so that the others hear of the end before one of them leads. */
const LINGER_MS = 250;

/**
 * One tab's part in a connection that all tabs share. It leads while it has the lock: then it reads the stream and
 * relays it. Else it follows. It comes and goes with the page, and closes when its consumer has had everything.
 */
export class Shared implements Link, Tab {
  readonly plan: ConnectionPlan;
  readonly face: ConnectionFace;
  readonly glance: Look;
  readonly log: FrameLog;
  readonly intake: Intake;
  readonly inbox: Inbox;
  readonly #name: string;
  readonly #follower: Follower;
  readonly #watchdog: Watchdog;
  #state: ConnectionState = { status: "connecting", attempt: 0 };
  #reason: ClientCloseReason | undefined;
  #release: () => void = () => {};
  #relay: Relay | undefined;
  #lock: LeaderLock | undefined;
  #leader: Leader | undefined;
  /** How often the lock was taken from this tab since it heard of another one. */
  #losses = 0;
  #started = false;
  #asleep = false;
  /** The stream is over, and the consumer has not had all of it. */
  #finished = false;

  constructor(name: string, plan: ConnectionPlan, face: ConnectionFace, glance: Look) {
    this.#name = name;
    this.plan = plan;
    this.face = face;
    this.glance = glance;
    this.log = new FrameLog({ epoch: 0, seq: 0, at: plan.lastEventId });
    this.inbox = new Inbox(this.log, face, () => this.#onLost());
    this.intake = new Intake(this.log, this.inbox);
    this.#follower = new Follower(this);
    this.#watchdog = new Watchdog({
      ping: () => this.post({ kind: "ping" }),
      dead: () => this.#onDead(),
    });
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get reason(): ClientCloseReason | undefined {
    return this.#reason;
  }

  get received(): string {
    return this.log.place.at;
  }

  start(): void {
    this.#started = true;
    const { signal, watchPage } = this.plan;
    if (signal?.aborted) {
      this.close("closed");
      return;
    }
    const onAbort = () => this.close("closed");
    signal?.addEventListener("abort", onAbort, { once: true });
    const unwatch = watchPage?.({ suspend: () => this.#suspend(), wake: () => this.#wake() });
    this.#release = () => {
      signal?.removeEventListener("abort", onAbort);
      unwatch?.();
    };
    this.#enter();
  }

  close(reason: ClientCloseReason, error?: SseError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#release();
    this.inbox.close();
    const state = { status: "closed", error } as const;
    // The event that ends the stream ends it for everyone; all other reasons of a consumer are its own.
    const lingers = reason === "ended" && this.#leader !== undefined;
    if (lingers) this.#leader?.tell(state, reason);
    this.#leave(lingers);
    this.#set(state);
  }

  /** A stored position, before the start. Cursors in the data were adopted where the stream was read. */
  adopt(id: string): void {
    if (!this.#started) this.log.reset({ epoch: 0, seq: 0, at: id });
  }

  // What its parts ask of it.

  post(message: Message): void {
    this.#relay?.post(message);
  }

  onState(state: ConnectionState, reason: ClientCloseReason | undefined): void {
    // What this tab missed may have made its consumer close it.
    if (this.#reason !== undefined) return;
    const closed = state.status === "closed";
    // `onReconnect` stopped this tab, which is no word of the server's: another one leads.
    if (closed && this.#leader !== undefined && reason === "stopped" && state.error !== undefined) {
      this.close(reason, state.error);
      return;
    }
    this.#leader?.tell(state, reason);
    if (closed) this.#finish(reason ?? "failed", state.error);
    else this.#set(state);
  }

  #set(state: ConnectionState): void {
    this.#state = state;
    this.face.onState(state);
  }

  // Coming and going.

  #enter(): void {
    try {
      this.#relay = new Relay(this.#name, (message) => this.#onMessage(message));
    } catch {
      // A page that may not keep anything has no channels in some browsers: this tab is for itself.
      this.#lead();
      return;
    }
    const lock = new LeaderLock(this.#name, {
      onGranted: () => this.#lead(),
      onLost: () => {
        this.#losses++;
        this.#follow(lock);
      },
      onUnavailable: () => this.#goAlone(),
    });
    this.#lock = lock;
    this.#follow(lock);
  }

  #leave(lingers: boolean): void {
    const lock = this.#lock;
    this.#lock = undefined;
    this.#watchdog.stop();
    this.#stopLeading();
    this.#silence();
    if (lingers) setTimeout(() => lock?.release(), LINGER_MS);
    else lock?.release();
  }

  #silence(): void {
    this.#relay?.close();
    this.#relay = undefined;
  }

  #suspend(): void {
    if (this.#asleep || this.#finished) return;
    this.#asleep = true;
    this.#leave(false);
    const message = "The page went to sleep and left the shared connection.";
    const error = new ConnectionError("connection-lost", message, { url: "", retryable: true });
    this.#set({ status: "waiting", attempt: 0, delayMs: 0, error });
  }

  #wake(): void {
    this.#leader?.wake();
    if (!this.#asleep) return;
    this.#asleep = false;
    this.#set({ status: "connecting", attempt: 0 });
    if (this.#reason === undefined) this.#enter();
  }

  #follow(lock: LeaderLock): void {
    this.#stopLeading();
    lock.queue();
    this.#watchdog.start();
    this.#follower.join();
  }

  #lead(): void {
    this.#watchdog.stop();
    // Newer than every leader that this tab has heard of, and as a rule than those it has not.
    const epoch = Math.max(Math.floor(this.#follower.epoch) + 1, Date.now()) + Math.random();
    this.#follower.epoch = epoch;
    this.#leader = new Leader(this, epoch);
    this.#leader.start();
  }

  #stopLeading(): void {
    this.#leader?.stop();
    this.#leader = undefined;
  }

  /** The leader does not answer. Where tabs do not hear each other, they would take the lock away for ever. */
  #onDead(): void {
    if (this.#losses < 2) this.#lock?.steal();
    else this.#goAlone();
  }

  /** Reads for this tab alone. */
  #goAlone(): void {
    this.#lock?.release();
    this.#silence();
    this.#lead();
  }

  #onMessage(message: Message): void {
    this.#losses = 0;
    if (message.kind === "join" || message.kind === "ping") this.#leader?.answer(message);
    else if (message.epoch >= this.#follower.epoch) {
      if (message.epoch > this.#follower.epoch && this.#leader !== undefined) this.#yield();
      this.#watchdog.heard(message.kind !== "pong");
      this.#follower.hear(message);
    }
  }

  /**
   * Another tab took the lock away, or had it before: this one will hear of a loss soon, and does not read in the
   * meantime. Where two take it in the same moment, the epochs may say otherwise than the lock, which is right.
   */
  #yield(): void {
    this.#stopLeading();
    this.#watchdog.start();
    setTimeout(() => {
      if (this.#lock?.isHeld && this.#leader === undefined) this.#lead();
    }, LOSS_IS_TOLD_MS);
  }

  /** The consumer is ready for more, and what comes next for it is no longer in the log: so much is a gap. */
  #onLost(): void {
    const { place, head } = this.log;
    this.log.reset(place);
    this.intake.skipTo(head, "overflow");
  }

  /** The stream is over for everyone; this tab closes when its consumer has all of it. */
  #finish(reason: ClientCloseReason, error: SseError | undefined): void {
    this.#finished = true;
    this.#leave(this.#leader !== undefined);
    this.inbox.whenTold(() => this.close(reason, error));
  }
}
