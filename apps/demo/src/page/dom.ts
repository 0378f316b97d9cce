/** The element with that `data-part` under a root. Throws when the page's HTML and its code disagree. */
export function part<E extends Element>(root: ParentNode, name: string, kind: new () => E): E {
  return one(root, `[data-part="${name}"]`, kind);
}

export function one<E extends Element>(root: ParentNode, selector: string, kind: new () => E): E {
  const found = root.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} at ${selector}.`);
}

/** The panel of that name. */
export function panel(name: string): HTMLElement {
  return one(document, `[data-panel="${name}"]`, HTMLElement);
}

/** Writes texts to the places of those names. Touches only what changed. */
export class Texts {
  readonly #places = new Map<string, HTMLElement>();

  constructor(root: ParentNode) {
    for (const place of root.querySelectorAll<HTMLElement>("[data-text]")) {
      this.#places.set(place.dataset.text ?? "", place);
    }
  }

  set(texts: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(texts)) {
      const place = this.#places.get(name);
      if (place !== undefined && place.textContent !== text) place.textContent = text;
    }
  }
}

export function element(tag: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  if (className !== "") made.className = className;
  made.textContent = text;
  return made;
}

/** Makes one of two buttons usable. A keyboard that was on the other one goes along with it. */
export function switchTo(usable: HTMLButtonElement, other: HTMLButtonElement): void {
  const focused = document.activeElement === other;
  usable.disabled = false;
  if (focused) usable.focus();
  other.disabled = true;
}
