import { decodeState, type LeaderMessage, type MessageOf } from "./message.ts";
import type { Tab } from "./tab.ts";

/** What a tab does with what its leader says. It says where it is, and is told what follows from there. */
export class Follower {
  readonly #tab: Tab;
  /** Names the question that is open: an answer to an earlier one does not fit the place where this tab is. */
  #question = "";
  /** The newest leader that was heard of. */
  epoch = 0;
  /** The last frame of that leader. */
  #seq = 0;
  /** Whether the leader's frames go on where this tab is. Until then they are not taken: the answer holds them. */
  #synced = false;

  constructor(tab: Tab) {
    this.#tab = tab;
  }

  /** Asks the leader for what follows. Without an answer a new leader will ask. */
  join(): void {
    this.#synced = false;
    this.#question = Math.random().toString(36).slice(2);
    const { log, intake } = this.#tab;
    const { epoch, seq, at } = log.head;
    const { ordered } = intake;
    this.#tab.post({ kind: "join", question: this.#question, epoch, seq, at, ordered });
  }

  /** Something that the newest leader said. */
  hear(message: LeaderMessage): void {
    const isNew = message.epoch > this.epoch;
    this.epoch = message.epoch;
    if (isNew) this.#synced = false;
    if (message.kind === "sync") {
      if (message.question === this.#question) this.#onSync(message);
      else if (isNew) this.join();
    } else if (isNew || (message.kind === "pong" && !this.#synced)) this.join();
    else if (this.#synced) this.#onTold(message);
  }

  #onTold(message: LeaderMessage): void {
    if (message.kind === "news") this.#onNews(message);
    else if (message.kind === "state") {
      this.#tab.onState(decodeState(message.state), message.state.reason);
    }
  }

  #onNews({ frames, ordered }: MessageOf<"news">): void {
    const { intake } = this.#tab;
    intake.ordered = ordered;
    for (const frame of frames) {
      // Where something is missing all the same, it is asked for; and a consumer may have closed the tab meanwhile.
      if (this.#synced && frame.seq !== this.#seq + 1) this.join();
      if (!this.#synced) return;
      this.#seq = frame.seq;
      intake.take(frame);
    }
  }

  #onSync({ epoch, seq, at, streamAt, catchUp, frames, ordered, state }: MessageOf<"sync">): void {
    const { intake } = this.#tab;
    this.#synced = true;
    this.#seq = seq;
    intake.ordered = ordered;
    intake.standAt(streamAt);
    const here = { epoch, seq, at };
    for (const frame of frames) intake.put(frame);
    if (catchUp === "frames") intake.put({ ...here, type: "", data: "", lastEventId: at });
    else if (catchUp === "unknown" && !intake.runAhead(at)) intake.skipTo(here, "expired");
    this.#tab.onState(decodeState(state), state.reason);
  }
}
