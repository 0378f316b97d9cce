import type { Browser, CDPSession, Page } from "puppeteer-core";
import { type NumbersServer, now, type Reading } from "./server.ts";

/** How a tab stops leading. */
export const WAYS = ["close", "reload", "crash", "navigate", "freeze", "hang"] as const;
export type Way = (typeof WAYS)[number];

/** One change of the leader, and what it took. */
export interface Change {
  readonly way: Way;
  /** When it was done. */
  readonly at: number;
  readonly old: Reading;
  readonly next: Reading;
}

/** A time in which a tab is not expected to hear anything. */
export interface Absence {
  readonly tab: string;
  readonly way: Way;
  readonly from: number;
  to: number;
}

const HANG_MS = 2500;
const PATIENCE_MS = 60_000;

/** Four tabs of one browser, and what is done to the one that leads. */
export class Fleet {
  readonly changes: Change[] = [];
  readonly absences: Absence[] = [];
  naps = 0;
  readonly #browser: Browser;
  readonly #server: NumbersServer;
  readonly #pages: Map<string, Page> = new Map();

  constructor(browser: Browser, server: NumbersServer) {
    this.#browser = browser;
    this.#server = server;
  }

  async open(slot: string): Promise<void> {
    const page = await this.#browser.newPage({ type: "window" });
    this.#pages.set(slot, page);
    await page.goto(this.#server.url(`/tab?tab=${slot}&key=all`));
  }

  /** The lives that each tab has now: the last of its name that reported. */
  get tabs(): readonly string[] {
    const lives = [...this.#server.tabs.keys()];
    return [...this.#pages.keys()].flatMap(
      (slot) => lives.findLast((tab) => tab.startsWith(`${slot}.`)) ?? [],
    );
  }

  /** Takes the lead from the tab that has it, waits for the next, and for all tabs to hear of it. */
  async change(way: Way): Promise<void> {
    const old = await this.#until("a leader", () => this.#server.open.at(-1));
    const slot = old.tab.slice(0, 1);
    const at = now();
    const back = await this.#end(way, slot, old.tab);
    const next = await this.#until(`a leader after ${way}`, () =>
      this.#server.open.find(({ tab, from }) => tab !== old.tab && from > old.from),
    );
    this.changes.push({ way, at, old, next });
    await back();
    await this.#until("the end of the old connection", () => old.to);
    await this.settle();
    await this.#until("one connection alone", () => this.#server.open.length === 1 || undefined);
  }

  /** A tab that follows goes elsewhere and comes back, while the others go on. */
  async nap(): Promise<void> {
    const leader = await this.#until("a leader", () => this.#server.open.at(-1));
    const tab = this.tabs.find((one) => one !== leader.tab) ?? "";
    this.naps++;
    const back = await this.#end("navigate", tab.slice(0, 1), tab);
    await back();
    await this.settle();
  }

  /** Waits until every tab got something that was published after now. */
  async settle(): Promise<void> {
    const goal = this.#server.published + 1;
    await this.#until(`number ${goal} in all tabs`, () => {
      const { tabs } = this;
      return (tabs.length === this.#pages.size && tabs.every((tab) => this.#last(tab) >= goal)) || undefined;
    });
  }

  /** Waits until every tab has everything. */
  async finish(): Promise<void> {
    const { published } = this.#server;
    await this.#until(
      "the last number in all tabs",
      () => this.tabs.every((tab) => this.#last(tab) === published) || undefined,
    );
  }

  /** Out of the cache, or as a new life. */
  #isBack(tab: string, slot: string): true | undefined {
    const entries = this.#server.tabs.get(tab) ?? [];
    const kept = entries.findLastIndex(([what]) => what === "back");
    const left = entries.findLastIndex(([what]) => what === "kept" || what === "gone");
    const isNew = this.tabs.some((one) => one !== tab && one.startsWith(`${slot}.`));
    return isNew || kept > left || undefined;
  }

  #last(tab: string): number {
    const last = this.#server.tabs.get(tab)?.findLast(([what]) => typeof what === "number");
    return Number(last?.[0] ?? 0);
  }

  /** Ends the leading of one tab. What is returned brings the tab back. */
  async #end(way: Way, slot: string, tab: string): Promise<() => Promise<void>> {
    const page = this.#pages.get(slot);
    if (page === undefined) throw new Error(`There is no tab ${slot}.`);
    const returns = this.#absent(tab, way);
    switch (way) {
      case "close":
        await page.close();
        return () => this.open(slot);
      case "crash":
        // Nobody answers: the page is gone.
        void (await page.createCDPSession()).send("Page.crash").catch(() => {});
        return async () => {
          await page.close();
          await this.open(slot);
        };
      case "reload":
        await page.reload();
        return async () => {};
      case "navigate":
        await page.goto(this.#server.url("/elsewhere"));
        return async () => {
          await page.goBack();
          await this.#until("the tab that went back", () => this.#isBack(tab, slot));
          returns();
        };
      case "freeze": {
        const devtools: CDPSession = await page.createCDPSession();
        await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
        return async () => {
          await devtools.send("Page.setWebLifecycleState", { state: "active" });
          await devtools.detach();
          returns();
        };
      }
      case "hang": {
        const hanging = page.evaluate((ms) => {
          const until = performance.now() + ms;
          while (performance.now() < until);
        }, HANG_MS);
        return async () => {
          await hanging;
          returns();
        };
      }
    }
  }

  #absent(tab: string, way: Way): () => void {
    const absence: Absence = { tab, way, from: now(), to: Number.POSITIVE_INFINITY };
    this.absences.push(absence);
    return () => {
      absence.to = now();
    };
  }

  async #until<T>(what: string, look: () => T | undefined): Promise<T> {
    const from = now();
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (now() - from > PATIENCE_MS) {
        const open = this.#server.open.map(({ tab }) => tab).join(", ");
        const lives = this.tabs.map((tab) => `${tab} ${this.#server.tabs.get(tab)?.slice(-8).join(" ")}`);
        throw new Error(`Waited ${PATIENCE_MS} ms for ${what}. Open: ${open}. Tabs: ${lives.join("; ")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
