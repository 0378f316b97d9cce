import type { Passage } from "../contract.ts";
import { element } from "./dom.ts";

/** Text that grows token by token, under the places it is from. Backticks turn code on and off. */
export class AnswerText {
  readonly #root: HTMLElement;
  #into: HTMLElement;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.#into = root;
  }

  clear(): void {
    this.#root.textContent = "";
  }

  passage({ file, line, heading }: Passage): void {
    const block = element("article", "passage");
    const source = element("p", "passage-source");
    source.append(element("span", "mono", `${file}:${line}`), element("span", "", heading));
    const text = element("p", "passage-text");
    block.append(source, text);
    this.#root.append(block);
    this.#into = text;
  }

  token(token: string): void {
    const atEnd = this.#root.scrollHeight - this.#root.scrollTop - this.#root.clientHeight < 40;
    for (const [index, piece] of token.split("`").entries()) {
      if (index > 0) this.#toggleCode();
      if (piece !== "") this.#into.append(piece);
    }
    if (atEnd) this.#root.scrollTop = this.#root.scrollHeight;
  }

  #toggleCode(): void {
    const parent = this.#into.parentElement;
    if (this.#into.tagName === "CODE" && parent !== null) {
      this.#into = parent;
      return;
    }
    const code = element("code", "");
    this.#into.append(code);
    this.#into = code;
  }
}
