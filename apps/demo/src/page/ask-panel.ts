import { request } from "@sse/client";
import { type EventOf, isSseError, TruncatedError } from "@sse/protocol";
import { answer, PAGE_PARAMETER } from "../contract.ts";
import { formatCount, formatDuration } from "../format.ts";
import { AnswerText } from "./answer-text.ts";
import { control } from "./control.ts";
import { one, part, switchTo } from "./dom.ts";

type Outcome = "none" | "running" | "finished" | "stopped" | "cut" | "failed";

/** Ask the documentation, and see how an answer ends: finished, stopped by you, or cut by the network. */
export class AskPanel {
  readonly #page: string;
  readonly #form: HTMLFormElement;
  readonly #outcome: HTMLElement;
  readonly #text: AnswerText;
  readonly #ask: HTMLButtonElement;
  readonly #stop: HTMLButtonElement;
  readonly #cut: HTMLButtonElement;
  #running: AbortController | undefined;

  constructor(root: HTMLElement, page: string) {
    this.#page = page;
    this.#form = part(root, "form", HTMLFormElement);
    this.#outcome = part(root, "outcome", HTMLElement);
    this.#text = new AnswerText(part(root, "answer", HTMLElement));
    this.#ask = part(root, "ask", HTMLButtonElement);
    this.#stop = part(root, "stop", HTMLButtonElement);
    this.#cut = part(root, "cut", HTMLButtonElement);
    this.#form.addEventListener("submit", (submit) => {
      submit.preventDefault();
      void this.#answer(String(new FormData(this.#form).get("question") ?? ""));
    });
    part(root, "examples", HTMLUListElement).addEventListener("click", ({ target }) => {
      if (target instanceof HTMLButtonElement) this.#try(target.textContent ?? "");
    });
    this.#stop.addEventListener("click", () => this.#running?.abort());
    // If it cannot be cut, it ends by itself, and that is shown.
    this.#cut.addEventListener("click", () => void control("cut", { page, stream: "/ask" }).catch(() => {}));
  }

  #try(question: string): void {
    const input = one(this.#form, "input", HTMLInputElement);
    input.value = question;
    input.focus(); // the example goes away, and the focus must not go with it
    this.#form.requestSubmit();
  }

  async #answer(question: string): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    this.#text.clear();
    this.#show("running", "Looking…");
    let tokens = 0;
    try {
      const events = request(answer, `/ask?${PAGE_PARAMETER}=${this.#page}`, {
        json: { question },
        signal: running.signal,
      });
      for await (const event of events) {
        if (event.type === "token") tokens++;
        this.#take(event);
      }
    } catch (error) {
      this.#showEnd(error, running.signal, `after ${formatCount(tokens)} tokens`);
    }
    this.#running = undefined;
  }

  #take(event: EventOf<typeof answer>): void {
    switch (event.type) {
      case "found": {
        const { passages, searched, files } = event.data;
        const where = `${formatCount(searched)} paragraphs of ${formatCount(files)} files`;
        this.#show("running", `${passages} of ${where} fit.`);
        return;
      }
      case "passage":
        this.#text.passage(event.data);
        return;
      case "token":
        this.#text.token(event.data);
        return;
      case "done": {
        const { tokens, ms } = event.data;
        if (tokens === 0) this.#show("finished", "Finished: nothing in the documentation has these words.");
        else this.#show("finished", `Finished: ${formatCount(tokens)} tokens in ${formatDuration(ms)}.`);
        return;
      }
    }
  }

  #showEnd(error: unknown, signal: AbortSignal, when: string): void {
    if (signal.aborted) this.#show("stopped", `Stopped by you ${when}.`);
    else if (error instanceof TruncatedError) {
      this.#show("cut", `Cut ${when}: the connection broke, and the rest of the answer is missing.`);
    } else this.#show("failed", `Failed: ${isSseError(error) ? error.message : String(error)}`);
  }

  #show(outcome: Outcome, sentence: string): void {
    this.#outcome.dataset.outcome = outcome;
    this.#outcome.textContent = sentence;
    const running = outcome === "running";
    if (!running && document.activeElement === this.#cut) this.#stop.focus();
    if (running) switchTo(this.#stop, this.#ask);
    else switchTo(this.#ask, this.#stop);
    this.#cut.disabled = !running;
  }
}
