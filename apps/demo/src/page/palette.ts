/** The stylesheet's colours, for what is painted on a canvas. */
export class Palette {
  readonly #probe = document.body.appendChild(document.createElement("span"));
  readonly #colours = new Map<string, string>();

  constructor() {
    this.#probe.hidden = true;
  }

  /** A custom property such as "--live", as the colour it is in the current theme. */
  get(name: string): string {
    let colour = this.#colours.get(name);
    if (colour === undefined) {
      this.#probe.style.color = `var(${name})`;
      colour = getComputedStyle(this.#probe).color;
      this.#colours.set(name, colour);
    }
    return colour;
  }

  /** After the theme changed. */
  forget(): void {
    this.#colours.clear();
  }
}
