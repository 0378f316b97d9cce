import type { ConnectionState } from "@sse/client";
import { formatBytes, formatCount, formatDuration, formatMs } from "../format.ts";
import { control } from "./control.ts";
import { one, part, Texts } from "./dom.ts";
import { Incidents } from "./incidents.ts";
import type { LiveConnection, LiveState } from "./live-connection.ts";

const CUTS = 20;
const BURST_EVENTS = 100_000;
const FREEZE_MS = 4000;
const UPDATE_EVERY_MS = 250;
const PING_EVERY_MS = 5000;

type Act = "cut" | "cut20" | "stall" | "freeze" | "restart" | "burst";

/** What became of every event on the live connection, and buttons that break it for real. */
export class ConnectionPanel {
  readonly #root: HTMLElement;
  readonly #connection: LiveConnection;
  readonly #texts: Texts;
  readonly #incidents: Incidents;
  readonly #verdicts: ReadonlyMap<"lost" | "duplicated" | "disordered", HTMLElement>;

  constructor(root: HTMLElement, connection: LiveConnection, canFreeze: boolean) {
    this.#root = root;
    this.#connection = connection;
    this.#texts = new Texts(root);
    this.#incidents = new Incidents(part(root, "incidents", HTMLOListElement), connection);
    this.#verdicts = new Map(
      (["lost", "duplicated", "disordered"] as const).map((name) => [
        name,
        one(root, `[data-verdict="${name}"]`, HTMLElement),
      ]),
    );
    connection.listen({ onState: (state, details) => this.#showState(state, details) });
    this.#bind("cut", () => this.#cut());
    this.#bind("cut20", () => this.#cutOften());
    this.#bind("stall", () => this.#stall());
    this.#bind("freeze", () => this.#freeze());
    this.#bind("restart", () => this.#restart());
    this.#bind("burst", () => this.#burst());
    this.#button("freeze").hidden = !canFreeze;
    setInterval(() => this.#show(), UPDATE_EVERY_MS);
    setInterval(() => void this.#ping(), PING_EVERY_MS);
    void this.#ping();
  }

  #button(act: Act): HTMLButtonElement {
    return one(this.#root, `[data-act="${act}"]`, HTMLButtonElement);
  }

  /** One act at a time: a button waits until what it started is over. */
  #bind(act: Act, run: () => Promise<unknown>): void {
    const button = this.#button(act);
    button.addEventListener("click", async () => {
      if (button.ariaDisabled === "true") return;
      button.ariaDisabled = "true"; // unlike `disabled`, it leaves the focus where it is
      try {
        await run();
      } catch (error) {
        this.#incidents.note(`The server did not do that: ${messageOf(error)}`, "bad");
      }
      button.ariaDisabled = null;
    });
  }

  async #cut(): Promise<void> {
    this.#incidents.because("Cut by the server");
    await control("cut", { page: this.#connection.page, stream: "/live" });
  }

  async #cutOften(): Promise<void> {
    const { ledger } = this.#connection;
    const before = { ...ledger };
    await this.#incidents.quietly(async () => {
      for (let i = 0; i < CUTS; i++) {
        await this.#flowing();
        await this.#broken(control("cut", { page: this.#connection.page, stream: "/live" }));
      }
      await this.#flowing();
    });
    const count = (name: "lost" | "duplicated" | "disordered"): string =>
      formatCount(ledger[name] - before[name]);
    this.#incidents.note(
      `Cut ${CUTS} times: ${count("lost")} lost, ${count("duplicated")} duplicated, ${count("disordered")} out of order.`,
      ledger.lost > before.lost ? "bad" : "good",
    );
  }

  async #stall(): Promise<void> {
    this.#incidents.because("Stalled: open, but silent");
    await this.#broken(control("stall", { page: this.#connection.page }));
  }

  async #freeze(): Promise<void> {
    this.#incidents.note(`The server process stands still for ${formatDuration(FREEZE_MS)}.`, "gap");
    await control("freeze", { ms: FREEZE_MS });
  }

  async #restart(): Promise<void> {
    this.#incidents.because("Server killed");
    await this.#broken(control("restart", {}));
  }

  async #burst(): Promise<void> {
    const { page, ledger } = this.#connection;
    const before = ledger.received;
    const began = performance.now();
    let complete = false;
    const over = this.#once((settle) => ({
      onEvent: (event) => {
        if (event.type !== "burst" || event.data.index !== event.data.of) return;
        complete = true;
        settle();
      },
      onGap: settle, // the server was killed, and the rest went with it
    }));
    const asked = control("burst", { page, events: BURST_EVENTS }).catch((error: unknown) => {
      if (!(error instanceof TypeError)) throw error; // else fetch lost its answer, and the stream tells the rest
    });
    await Promise.all([over, asked]);
    const ms = performance.now() - began;
    const come = formatCount(ledger.received - before);
    if (!complete) {
      this.#incidents.note(`The burst broke off after ${come} events, with a gap.`, "gap");
      return;
    }
    const perSecond = formatCount((ledger.received - before) / (ms / 1000));
    this.#incidents.note(
      `${formatCount(BURST_EVENTS)} events in ${formatDuration(ms)}: ${perSecond} a second.`,
    );
  }

  /** Resolves with the next event. */
  #flowing(): Promise<void> {
    return this.#once((settle) => ({ onEvent: settle }));
  }

  /** Resolves when the order is answered and the connection broke: on a slow page it is back before the answer is. */
  async #broken(order: Promise<unknown>): Promise<void> {
    const isBroken = this.#connection.state !== "open";
    const broken = this.#once((settle) => ({ onState: (state) => state !== "open" && settle() }));
    await order;
    if (!isBroken) await broken;
  }

  #once(listener: (settle: () => void) => Parameters<LiveConnection["listen"]>[0]): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#connection.listen(
        listener(() => {
          stop();
          resolve();
        }),
      );
    });
  }

  #showState(state: LiveState, details: ConnectionState): void {
    const place = part(this.#root, "state", HTMLElement);
    place.dataset.status = state;
    const text =
      details.status === "waiting" && state === "waiting" ? `waiting ${formatMs(details.delayMs)}` : state;
    this.#texts.set({ state: text });
  }

  #show(): void {
    const { ledger, traffic, reconnects, lastEventId } = this.#connection;
    const rate = traffic.perSecond(performance.now());
    this.#texts.set({
      received: formatCount(ledger.received),
      lost: formatCount(ledger.lost),
      duplicated: formatCount(ledger.duplicated),
      disordered: formatCount(ledger.disordered),
      gaps: formatCount(ledger.gaps),
      reconnects: formatCount(reconnects),
      "events-rate": formatCount(rate.events),
      "bytes-rate": formatBytes(rate.bytes),
      "bytes-total": formatBytes(traffic.totalBytes),
      "last-event-id": lastEventId,
    });
    for (const [name, place] of this.#verdicts) place.dataset.bad = String(ledger[name] > 0);
  }

  /** A request of its own, for the time there and back. Not while nobody looks. */
  async #ping(): Promise<void> {
    if (document.hidden || this.#connection.state !== "open") return;
    const began = performance.now();
    try {
      await fetch("/ping", { method: "HEAD", cache: "no-store" });
      this.#texts.set({ "round-trip": formatMs(performance.now() - began) });
    } catch {
      this.#texts.set({ "round-trip": "–" }); // the server is away; the live connection tells it better
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
