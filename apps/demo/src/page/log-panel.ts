import { request } from "@sse/client";
import { isSseError } from "@sse/protocol";
import { accessLog, LEVELS, type Level, type LogLine, PAGE_PARAMETER } from "../contract.ts";
import { formatBytes, formatCount, formatMs } from "../format.ts";
import { element, part, Texts } from "./dom.ts";
import { Frame } from "./frames.ts";
import type { LiveConnection } from "./live-connection.ts";

const SHOWN_LINES = 200;
const BACKLOG = 60;
const RETRY_MS = 1000;
const CLOCK = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/**
 * The server's access log. The filter is the body of a POST, so another filter is another request; what is cut
 * goes on after the last line that was read. Pausing stops reading: the server feels it, nothing is thrown away.
 */
export class LogPanel {
  readonly #page: string;
  readonly #texts: Texts;
  readonly #body: HTMLTableSectionElement;
  readonly #scroll: HTMLElement;
  readonly #pause: HTMLButtonElement;
  readonly #frame = new Frame(() => this.#paint());
  readonly #fresh: LogLine[] = [];
  #level: Level = "info";
  #newest = 0;
  #written = 0;
  #stop = new AbortController();
  #paused: PromiseWithResolvers<void> | undefined;

  constructor(root: HTMLElement, connection: LiveConnection) {
    this.#page = connection.page;
    this.#texts = new Texts(root);
    this.#body = part(root, "lines", HTMLTableSectionElement);
    this.#scroll = part(root, "scroll", HTMLElement);
    this.#pause = part(root, "pause", HTMLButtonElement);
    this.#pause.addEventListener("click", () => this.#setPaused(this.#paused === undefined));
    part(root, "levels", HTMLFieldSetElement).addEventListener("change", ({ target }) => {
      if (target instanceof HTMLInputElement) this.#choose(target.value);
    });
    connection.listen({
      onEvent: (event) => {
        if (event.type !== "sample" || event.data.logLines === this.#written) return;
        this.#written = event.data.logLines;
        this.#showStatus();
      },
    });
    // A hidden tab gives its connection back, and reads on from the same line when it is looked at again.
    document.addEventListener("visibilitychange", () =>
      document.hidden ? this.#stop.abort() : this.#follow(),
    );
    if (!document.hidden) this.#follow();
  }

  #choose(value: string): void {
    this.#level = LEVELS.find((level) => level === value) ?? "info";
    this.#newest = 0;
    this.#fresh.length = 0;
    this.#body.textContent = "";
    this.#setPaused(false);
    this.#follow();
  }

  #follow(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    void this.#read(this.#stop.signal);
  }

  /** Until the signal. What was cut before its first line has no line to go on after, and begins again. */
  async #read(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#readLines(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#texts.set({ "log-status": error instanceof Error ? error.message : String(error) });
        if (!isSseError(error) || !error.retryable) return;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async #readLines(signal: AbortSignal): Promise<void> {
    const lines = request(accessLog, `/log?${PAGE_PARAMETER}=${this.#page}`, {
      json: { level: this.#level, backlog: BACKLOG },
      ...(this.#newest > 0 ? { lastEventId: String(this.#newest) } : {}),
      resume: "same",
      reconnect: { maxAttempts: Number.POSITIVE_INFINITY, minDelayMs: 200, maxDelayMs: 2000 },
      signal,
    });
    for await (const { data } of lines) {
      await this.#paused?.promise;
      if (signal.aborted) return;
      this.#newest = data.n;
      this.#fresh.push(data);
      this.#frame.ask();
    }
  }

  #setPaused(paused: boolean): void {
    if (paused) this.#paused ??= Promise.withResolvers<void>();
    else {
      this.#paused?.resolve();
      this.#paused = undefined;
    }
    this.#pause.ariaPressed = String(paused);
    this.#pause.textContent = paused ? "Resume" : "Pause";
    this.#showStatus();
  }

  #showStatus(): void {
    const waiting = Math.max(0, this.#written - this.#newest);
    this.#texts.set({
      "log-status":
        this.#paused === undefined
          ? "this server's own requests"
          : `paused; ${formatCount(waiting)} written since`,
    });
  }

  #paint(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroll;
    const atEnd = scrollHeight - scrollTop - clientHeight < 24;
    this.#body.append(...this.#fresh.splice(0).map(rowOf));
    while (this.#body.rows.length > SHOWN_LINES) this.#body.deleteRow(0);
    if (atEnd) this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }
}

function rowOf(line: LogLine): HTMLTableRowElement {
  const row = document.createElement("tr");
  row.className = `level-${line.level}`;
  row.append(
    element("td", "quiet", CLOCK.format(line.at)),
    element("td", "level", line.level),
    element("td", "request", `${line.method} ${line.path}`),
    element("td", "number", String(line.status)),
    element("td", "phase", line.phase),
    element("td", "number", line.phase === "open" ? "" : formatMs(line.ms)),
    element("td", "number", line.phase === "open" ? "" : formatBytes(line.bytes)),
  );
  return row;
}
