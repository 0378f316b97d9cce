import type { Sample } from "../contract.ts";
import { formatCount, formatDuration } from "../format.ts";
import { element } from "./dom.ts";
import type { LiveConnection } from "./live-connection.ts";

const SHOWN = 6;
const CLOCK = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/** An outage that is not over. */
interface Outage {
  readonly cause: string;
  readonly since: number;
  readonly lostBefore: number;
  /** The time of the reconnection, once there is one. */
  openedAt: number | undefined;
  replayed: number;
  gap: boolean;
}

/** Tells each outage in a sentence: what it was, how long it took, and what became of the events. */
export class Incidents {
  readonly #list: HTMLOListElement;
  readonly #connection: LiveConnection;
  #cause = "";
  #quiet = false;
  #outage: Outage | undefined;
  #lastEventAt: number = Date.now();

  constructor(list: HTMLOListElement, connection: LiveConnection) {
    this.#list = list;
    this.#connection = connection;
    connection.listen({
      onState: (state) => {
        if (state === "open") return this.#reopen();
        if (state === "waiting" || state === "resting")
          this.#begin(state === "resting" ? "The tab was hidden" : "");
      },
      onGap: () => {
        if (this.#outage !== undefined) this.#outage.gap = true;
      },
      onEvent: (event) => {
        if (event.type === "sample") this.#onSample(event.data);
        this.#lastEventAt = Date.now();
      },
    });
  }

  /** What the person has just done: the next outage is because of it. */
  because(cause: string): void {
    this.#cause = cause;
  }

  /** Tells of no outage while this runs: who asked for many has a sentence for them all. */
  async quietly(run: () => Promise<void>): Promise<void> {
    this.#quiet = true;
    try {
      await run();
    } finally {
      this.#quiet = false;
      this.#outage = undefined;
    }
  }

  note(sentence: string, kind: "good" | "gap" | "bad" = "good"): void {
    this.#list.querySelector(".incidents-none")?.remove();
    const item = element("li", `incident incident-${kind}`);
    const time = element("time", "", CLOCK.format(new Date()));
    item.append(time, element("span", "", sentence));
    this.#list.prepend(item);
    while (this.#list.children.length > SHOWN) this.#list.lastElementChild?.remove();
  }

  #begin(cause: string): void {
    if (this.#outage !== undefined) {
      this.#outage.openedAt = undefined; // it broke again before it was over
      return;
    }
    this.#outage = {
      cause: cause || this.#cause || "The connection was lost",
      since: this.#lastEventAt,
      lostBefore: this.#connection.ledger.lost,
      openedAt: undefined,
      replayed: 0,
      gap: false,
    };
    this.#cause = "";
  }

  #reopen(): void {
    if (this.#outage !== undefined) this.#outage.openedAt = Date.now();
  }

  #onSample(sample: Sample): void {
    const outage = this.#outage;
    if (outage?.openedAt === undefined) return;
    if (sample.at < outage.openedAt) {
      outage.replayed++;
      return;
    }
    this.#outage = undefined;
    if (this.#quiet) return;
    const lost = this.#connection.ledger.lost - outage.lostBefore;
    const silence = formatDuration(Date.now() - outage.since);
    const back = `${outage.cause}. Back after ${silence}`;
    if (lost > 0) this.note(`${back}, ${formatCount(lost)} lost.`, "bad");
    else if (outage.gap) this.note(`${back}, with a gap that was announced.`, "gap");
    else this.note(`${back}, ${formatCount(outage.replayed)} replayed, 0 lost.`);
  }
}
