import { FOLDERS, type JobState, PACES } from "../contract.ts";
import { jobTexts } from "../view.ts";
import { control } from "./control.ts";
import { part, switchTo, Texts } from "./dom.ts";
import { Frame } from "./frames.ts";
import type { LiveConnection } from "./live-connection.ts";

/** The one job of the server, whoever started it: every page shows the same. */
export class JobPanel {
  readonly #texts: Texts;
  readonly #bar: HTMLProgressElement;
  readonly #form: HTMLFormElement;
  readonly #start: HTMLButtonElement;
  readonly #cancel: HTMLButtonElement;
  readonly #frame = new Frame(() => this.#paint());
  #state: JobState;

  constructor(root: HTMLElement, connection: LiveConnection, state: JobState) {
    this.#texts = new Texts(root);
    this.#bar = part(root, "bar", HTMLProgressElement);
    this.#form = part(root, "form", HTMLFormElement);
    this.#start = part(root, "start", HTMLButtonElement);
    this.#cancel = part(root, "cancel", HTMLButtonElement);
    this.#state = state;
    this.#form.addEventListener("submit", (submit) => {
      submit.preventDefault();
      void this.#order();
    });
    this.#cancel.addEventListener("click", () => void this.#attempt(control("job/cancel", {})));
    connection.listen({ onEvent: (event) => event.type === "job" && this.show(event.data) });
    this.#paint();
  }

  /** Takes a state, unless a newer one is shown already. */
  show(state: JobState): void {
    const { run, n } = this.#state;
    if (state.run < run || (state.run === run && state.n < n)) return;
    this.#state = state;
    this.#frame.ask();
  }

  async #order(): Promise<void> {
    const given = new FormData(this.#form);
    const pace = given.get("pace");
    const folder = FOLDERS.find((each) => each === given.get("folder")) ?? FOLDERS[0];
    const paceMBps = PACES.find((each) => String(each ?? "") === pace) ?? null;
    await this.#attempt(control("job/start", { folder, paceMBps }));
  }

  async #attempt(asked: Promise<unknown>): Promise<void> {
    try {
      await asked;
    } catch {
      this.#texts.set({ "job-status": "The server does not answer; try again." });
    }
  }

  #paint(): void {
    const { status, bytes } = this.#state;
    const busy = status === "counting" || status === "running";
    this.#texts.set(jobTexts(this.#state));
    this.#bar.value = bytes.total > 0 ? bytes.done / bytes.total : 0;
    if (busy) switchTo(this.#cancel, this.#start);
    else switchTo(this.#start, this.#cancel);
  }
}
