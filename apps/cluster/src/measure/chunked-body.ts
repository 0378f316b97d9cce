const HEAD_END = "\r\n\r\n";

/** The bytes of a chunked answer without its head and the lines between its chunks. */
export class ChunkedBody {
  #isInHead = true;
  /** What is left of the chunk that is being read, its line end included. */
  #left = 0;
  /** The beginning of a line whose end has not come. */
  #line = "";

  take(bytes: Buffer): Buffer[] {
    const parts: Buffer[] = [];
    let at = this.#isInHead ? this.#skipHead(bytes) : 0;
    while (at < bytes.length) {
      if (this.#left > 2) {
        const part = bytes.subarray(at, at + this.#left - 2);
        parts.push(part);
        at += part.length;
        this.#left -= part.length;
      } else if (this.#left > 0) {
        at++;
        this.#left--;
      } else at = this.#readSize(bytes, at);
    }
    return parts;
  }

  #skipHead(bytes: Buffer): number {
    this.#line += bytes.toString("latin1");
    const end = this.#line.indexOf(HEAD_END);
    if (end === -1) return bytes.length;
    this.#isInHead = false;
    const before = this.#line.length - bytes.length;
    this.#line = "";
    return end + HEAD_END.length - before;
  }

  #readSize(bytes: Buffer, at: number): number {
    const end = bytes.indexOf("\n", at);
    this.#line += bytes.toString("latin1", at, end === -1 ? bytes.length : end + 1);
    if (end === -1) return bytes.length;
    this.#left = Number.parseInt(this.#line, 16) + 2;
    this.#line = "";
    return end + 1;
  }
}
