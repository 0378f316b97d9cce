import { connect, type Socket } from "node:net";
import { expect } from "vitest";

/** An HTTP request by hand, and all that comes back, as it comes: nothing is decoded, nothing waited for. */
export class RawReader implements Disposable {
  readonly #socket: Socket;
  text = "";
  isOver = false;

  constructor(port: number, method = "GET", headers: Readonly<Record<string, string>> = {}) {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#socket = connect(port, "127.0.0.1");
    this.#socket.setEncoding("utf8");
    this.#socket.on("data", (more: string) => {
      this.text += more;
    });
    this.#socket.on("error", () => {}); // "close" follows
    this.#socket.on("close", () => {
      this.isOver = true;
    });
    this.#socket.write(`${method} /events HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${lines.join("")}\r\n`);
  }

  /** The status line and the headers. */
  get head(): string {
    return this.text.split("\r\n\r\n")[0] ?? "";
  }

  until(part: string): Promise<void> {
    return expect.poll(() => this.text, { interval: 5 }).toContain(part);
  }

  /** Leaves with a FIN, as a tab that is closed. */
  leave(): void {
    this.#socket.end();
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
