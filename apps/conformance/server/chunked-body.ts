/** How the end of a body is told: by chunks, by so many bytes, or by the end of the connection. */
type Framing = "chunked" | "close" | number;

export function framingOf(head: string): Framing {
  if (/^transfer-encoding: *chunked/im.test(head)) return "chunked";
  const [, length] = /^content-length: *(\d+)/im.exec(head) ?? [];
  return length === undefined ? "close" : Number(length);
}

/** The body of an answer, as it comes: frames of its transfer are taken off, where it has them. */
export class ChunkedBody {
  readonly #framing: Framing;
  readonly #parts: string[] = [];
  #text: string | undefined = "";
  #rest = "";
  /** What is missing of the frame, with the line break behind it. */
  #missing = 0;
  #isOver = false;

  constructor(framing: Framing) {
    this.#framing = framing;
  }

  /** The last of it has come, as far as its frames tell. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get text(): string {
    this.#text ??= this.#parts.join("");
    return this.#text;
  }

  /** How many pieces there are, to look only at later ones. */
  get pieces(): number {
    return this.#parts.length;
  }

  since(piece: number): string {
    return this.#parts.slice(piece).join("");
  }

  push(wire: string): void {
    if (this.#framing !== "chunked") {
      this.#add(wire);
      this.#isOver = this.text.length === this.#framing;
      return;
    }
    let rest = this.#rest + wire;
    for (;;) {
      if (this.#missing > 0) {
        const piece = rest.slice(0, this.#missing);
        // The last two are the line break.
        this.#add(piece.slice(0, Math.max(0, this.#missing - 2)));
        this.#missing -= piece.length;
        rest = rest.slice(piece.length);
      }
      const end = rest.indexOf("\r\n");
      if (this.#missing > 0 || end < 0) break;
      const size = Number.parseInt(rest.slice(0, end), 16);
      rest = rest.slice(end + 2);
      if (size === 0) this.#isOver = true;
      else this.#missing = size + 2;
    }
    this.#rest = rest;
  }

  #add(text: string): void {
    if (text === "") return;
    this.#parts.push(text);
    this.#text = undefined;
  }
}
