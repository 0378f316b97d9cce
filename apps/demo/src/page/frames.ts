/** Calls once in the next frame, however often it was asked before: a hundred thousand events, one painting. */
export class Frame {
  readonly #paint: () => void;
  #asked = false;

  constructor(paint: () => void) {
    this.#paint = paint;
  }

  ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      this.#paint();
    });
  }
}
