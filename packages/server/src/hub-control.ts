import { InvalidOptionError } from "@sse/protocol";
import type { Backplane } from "./backplane/backplane.ts";
import { type ControlMessage, formatControl, parseControl } from "./control-message.ts";
import type { Frame } from "./frame.ts";
import { PresenceBoard } from "./presence-board.ts";
import type { Presence, PresenceChange, PresenceSettings } from "./presence-options.ts";
import { Publication } from "./publication.ts";
import { callGuarded } from "./report.ts";
import { startTimer, stopTimer } from "./timing.ts";

export interface HubControlPlan {
  /** Undefined: nobody else reads the log, so that nothing has to be said. */
  readonly backplane: Backplane | undefined;
  /** Undefined: nobody asks who is where. */
  readonly presence: PresenceSettings | undefined;
  /** Another process revokes. */
  readonly onRevoke: (principal: string) => void;
  readonly onError: (error: unknown) => void;
}

type Listener = (change: PresenceChange) => void;

/**
 * What the hubs of several processes say to each other, through the log itself: in its order, once each, and after an
 * outage, too. Clients see nothing of it.
 */
export class HubControl {
  readonly #plan: HubControlPlan;
  readonly #id: string = crypto.randomUUID();
  readonly #board = new PresenceBoard();
  readonly #listeners = new Map<string, Set<Listener>>();
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #keepAlive: ReturnType<typeof setTimeout> | undefined;
  /** The others may know nothing of what is here. */
  #saysAll = false;
  #asks = false;
  #isClosed = false;

  constructor(plan: HubControlPlan) {
    this.#plan = plan;
  }

  /** The log is being read: from here on the others are heard. */
  start(): void {
    if (this.#plan.presence === undefined || this.#keepAlive !== undefined || this.#isClosed) return;
    this.resume();
    this.#stayAlive(this.#plan.presence.ttlMs);
  }

  /** Something of what the others said may have been missed. */
  resume(): void {
    this.#asks = this.#saysAll = true;
    this.#gather();
  }

  onFrame(frame: Frame): void {
    const message = parseControl(frame);
    if (message === undefined || message.from === this.#id || this.#isClosed) return;
    if (message.revoke !== undefined) this.#plan.onRevoke(message.revoke);
    else if (this.#plan.presence !== undefined) this.#hear(message);
  }

  /** Resolves when the log has it. A rejection that nobody handles goes to `onError`. */
  revoke(principal: string): Promise<void> {
    return Publication.of(this.#revoke(principal), () => {}, this.#plan.onError);
  }

  async #revoke(principal: string): Promise<void> {
    if (typeof principal !== "string") {
      throw new InvalidOptionError(`revoke takes a principal, which is a string, not ${String(principal)}.`);
    }
    await this.#say({ revoke: principal });
  }

  enter(channels: readonly string[], principal: string | undefined): void {
    if (this.#plan.presence === undefined) return;
    this.#board.enter(channels, principal);
    this.#gather();
  }

  leave(channels: readonly string[], principal: string | undefined): void {
    if (this.#plan.presence === undefined) return;
    this.#board.leave(channels, principal);
    this.#gather();
  }

  /** @throws InvalidOptionError where the hub was made without `presence` */
  presence(channel: string): Presence {
    if (this.#plan.presence === undefined) {
      throw new InvalidOptionError("presence needs a hub with { presence: true }, in every process.");
    }
    const onChange: Presence["onChange"] = (listener, options) =>
      this.#listen(channel, listener, options?.signal);
    return { ...this.#board.now(channel), onChange };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    stopTimer(this.#gathering);
    stopTimer(this.#keepAlive);
    this.#listeners.clear();
    // Who cannot be told finds out by the time.
    if (this.#plan.presence !== undefined) await this.#say({ leaves: true }).catch(() => {});
  }

  #hear(message: ControlMessage): void {
    const isKnown = this.#board.hear(message, performance.now());
    this.#saysAll ||= message.asks === true;
    this.#asks ||= !isKnown && !message.asks;
    this.#gather();
  }

  #listen(channel: string, listener: Listener, signal: AbortSignal | undefined): () => void {
    const own: Listener = (change) => listener(change); // the same listener twice is two
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(own));
    this.#board.watch(channel);
    const stop = (): void => {
      signal?.removeEventListener("abort", stop);
      if (listeners.delete(own) && listeners.size === 0 && this.#listeners.delete(channel)) {
        this.#board.unwatch(channel);
      }
    };
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop);
    return stop;
  }

  #gather(): void {
    const { presence } = this.#plan;
    if (presence === undefined || this.#isClosed) return;
    this.#gathering ??= startTimer(() => this.#tell(), presence.debounceMs);
  }

  #tell(): void {
    this.#gathering = undefined;
    const counts = this.#board.takeChanges(this.#saysAll);
    const asks = this.#asks;
    if (counts.length > 0 || asks || this.#saysAll) this.#sayOrTryAgain({ counts, asks });
    this.#saysAll = this.#asks = false;
    for (const [channel, change] of this.#board.changes()) {
      for (const listener of [...(this.#listeners.get(channel) ?? [])]) {
        callGuarded(() => listener(change), this.#plan.onError);
      }
    }
  }

  #sayOrTryAgain(message: Omit<ControlMessage, "from">): void {
    this.#say(message).catch((error: unknown) => {
      this.#plan.onError(error);
      this.#saysAll = true; // at the next opportunity, so that a log that is away is not asked again and again
      this.#asks ||= message.asks === true;
    });
  }

  #stayAlive(ttlMs: number): void {
    this.#keepAlive = startTimer(() => {
      this.#board.forget(performance.now() - ttlMs);
      if (this.#saysAll || this.#asks) this.#gather();
      else this.#sayOrTryAgain({});
      if (this.#listeners.size > 0) this.#gather(); // for those who were forgotten
      this.#stayAlive(ttlMs);
    }, ttlMs / 3);
  }

  async #say(message: Omit<ControlMessage, "from">): Promise<void> {
    await this.#plan.backplane?.publish(formatControl({ from: this.#id, ...message }));
  }
}
