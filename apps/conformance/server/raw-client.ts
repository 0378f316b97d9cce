import { connect, type Socket } from "node:net";
import { ChunkedBody, framingOf } from "./chunked-body.ts";

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Stops reading once the head of the answer is there. */
  readonly readsNothing?: boolean;
}

/** One request over a socket of its own: it sees every byte, and leaves when it is told to. */
export class RawClient implements Disposable {
  readonly #socket: Socket;
  #reads: boolean;
  /** The head of the answer, once it is whole. */
  #head: string | undefined;
  #wire = "";
  #body = new ChunkedBody("close");
  #closed = false;
  readonly #waiting: (() => void)[] = [];

  constructor(port: number, path: string, { method = "GET", headers = {}, readsNothing }: RawRequest = {}) {
    this.#reads = !readsNothing;
    this.#socket = connect(port, "127.0.0.1");
    const all = { host: `127.0.0.1:${port}`, ...headers };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#socket.setEncoding("latin1");
    this.#socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1");
    this.#socket.on("data", (text: string) => {
      this.#take(text);
      if (this.#head !== undefined && !this.#reads) this.#socket.pause();
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
    await this.#when(() => this.#head !== undefined, "a head");
    const [start = "", ...lines] = this.#head?.split("\r\n") ?? [];
    const headers = new Headers();
    for (const line of lines)
      headers.append(line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1));
    return { status: Number(start.split(" ")[1]), headers };
  }

  /** What came of the body so far, without the frames of its transfer. */
  get body(): string {
    return this.#body.text;
  }

  /** The body is over: its last frame has come, or the connection has ended. */
  get isOver(): boolean {
    return this.#closed || this.#body.isOver;
  }

  /** Settles with the body once it has this. */
  async until(what: string | RegExp): Promise<string> {
    let from = 0;
    const has = (): boolean => {
      if (typeof what !== "string") return what.test(this.body);
      const isThere = this.#body.since(Math.max(0, from - what.length)).includes(what);
      from = this.#body.pieces;
      return isThere;
    };
    await this.#when(has, what);
    return this.body;
  }

  async over(): Promise<string> {
    await this.#when(() => this.isOver, "the end");
    return this.body;
  }

  /** Reads on, after `readsNothing`. */
  resume(): void {
    this.#reads = true;
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
      if (this.#closed)
        throw new Error(`The connection ended without ${what}: ${this.#head} ${this.body.slice(-300)}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #take(text: string): void {
    if (this.#head !== undefined) return void this.#body.push(text);
    this.#wire += text;
    const end = this.#wire.indexOf("\r\n\r\n");
    if (end < 0) return;
    this.#head = this.#wire.slice(0, end);
    this.#body = new ChunkedBody(framingOf(this.#head));
    this.#body.push(this.#wire.slice(end + 4));
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
