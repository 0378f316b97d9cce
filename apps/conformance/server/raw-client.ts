import { connect, type Socket } from "node:net";

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Stops reading once the head of the answer is there. */
  readonly readsNothing?: boolean;
}

/** One request over a socket of its own: it sees every byte, and leaves when it is told to. */
export class RawClient implements Disposable {
  readonly #socket: Socket;
  #wire = "";
  #closed = false;
  readonly #waiting: (() => void)[] = [];

  constructor(port: number, path: string, { method = "GET", headers = {}, readsNothing }: RawRequest = {}) {
    this.#socket = connect(port, "127.0.0.1");
    const all = { host: `127.0.0.1:${port}`, ...headers };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#socket.setEncoding("latin1");
    this.#socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
    this.#socket.on("data", (text: string) => {
      this.#wire += text;
      if (readsNothing && this.#wire.includes("\r\n\r\n")) this.#socket.pause();
      this.#wake();
    });
    this.#socket.on("error", () => {});
    for (const event of ["end", "close"]) {
      this.#socket.on(event, () => {
        this.#closed = true;
        this.#wake();
      });
    }
  }

  /** Settles when the head of the answer is there. */
  async head(): Promise<{ readonly status: number; readonly headers: Headers }> {
    await this.#when(() => this.#wire.includes("\r\n\r\n"), "a head");
    const [start = "", ...lines] = this.#wire.slice(0, this.#wire.indexOf("\r\n\r\n")).split("\r\n");
    const headers = new Headers();
    for (const line of lines)
      headers.append(line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1));
    return { status: Number(start.split(" ")[1]), headers };
  }

  /** What came of the body so far, without the frames of its transfer. */
  get body(): string {
    const wire = this.#wire;
    const at = wire.indexOf("\r\n\r\n");
    if (at < 0) return "";
    const isChunked = /^transfer-encoding: *chunked/im.test(wire.slice(0, at));
    return isChunked ? unchunked(wire.slice(at + 4)) : wire.slice(at + 4);
  }

  /** The body is over: its last chunk, or the connection, has ended. */
  get isOver(): boolean {
    return this.#closed || this.#wire.endsWith("\r\n0\r\n\r\n");
  }

  /** Settles with the body once it has this. */
  async until(what: string | RegExp): Promise<string> {
    await this.#when(
      () => (typeof what === "string" ? this.body.includes(what) : what.test(this.body)),
      what,
    );
    return this.body;
  }

  async over(): Promise<string> {
    await this.#when(() => this.isOver, "the end");
    return this.body;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  leave(how: "fin" | "rst" = "fin"): void {
    if (how === "rst") this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  async #when(holds: () => boolean, what: string | RegExp): Promise<void> {
    while (!holds()) {
      if (this.#closed) throw new Error(`The connection ended without ${what}: ${this.#wire.slice(-500)}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

function unchunked(wire: string): string {
  const parts: string[] = [];
  for (let at = 0; ; ) {
    const line = wire.indexOf("\r\n", at);
    const size = Number.parseInt(wire.slice(at, line), 16);
    if (line < 0 || !(size > 0)) return parts.join("");
    parts.push(wire.slice(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}
