import { connect, type Socket } from "node:net";

/** A client that speaks HTTP/1.1 by hand and sees every byte: headers, chunks, and how the connection ended. */
export class WireClient implements Disposable {
  readonly socket: Socket;
  #received = "";
  #ended: "open" | "fin" | "rst" = "open";
  #waiting: (() => void)[] = [];

  private constructor(port: number) {
    this.socket = connect({ host: "127.0.0.1", port });
    this.socket.setEncoding("utf8");
    this.socket.on("data", (text: string) => this.#change(() => (this.#received += text)));
    this.socket.on("end", () => this.#change(() => (this.#ended = "fin")));
    this.socket.on("error", () => this.#change(() => (this.#ended = "rst")));
    this.socket.on("close", () => this.#change(() => {}));
  }

  static open(port: number, path = "/", headers: Record<string, string> = {}, method = "GET"): WireClient {
    const client = new WireClient(port);
    const lines = Object.entries({ host: `127.0.0.1:${port}`, ...headers }).map(([k, v]) => `${k}: ${v}\r\n`);
    client.socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1");
    return client;
  }

  /** Sends these bytes, whatever they are. */
  static send(port: number, text: string): WireClient {
    const client = new WireClient(port);
    client.socket.write(text, "latin1");
    return client;
  }

  get received(): string {
    return this.#received;
  }
  get ended(): "open" | "fin" | "rst" {
    return this.#ended;
  }
  get status(): number {
    return Number(this.#received.split(" ")[1]);
  }
  get head(): string {
    return this.#received.split("\r\n\r\n")[0] ?? "";
  }
  /** The bodies of the chunks so far; only of whole ones. */
  get chunks(): string[] {
    const [, ...rest] = this.#received.split("\r\n\r\n");
    const bytes = Buffer.from(rest.join("\r\n\r\n"), "utf8");
    const chunks: string[] = [];
    let at = 0;
    for (;;) {
      const line = bytes.indexOf("\r\n", at);
      if (line === -1) return chunks;
      const size = Number.parseInt(bytes.subarray(at, line).toString("latin1"), 16);
      if (line + 2 + size + 2 > bytes.length) return chunks;
      chunks.push(bytes.subarray(line + 2, line + 2 + size).toString("utf8"));
      at = line + 2 + size + 2;
    }
  }
  get body(): string {
    return this.chunks.join("");
  }

  /** Resolves when the condition holds; looked at after everything that arrives. */
  async until(condition: (client: WireClient) => boolean): Promise<this> {
    while (!condition(this)) {
      if (this.socket.closed)
        throw new Error(`The connection closed first, after: ${this.#received.slice(-500)}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this;
  }

  untilBody(text: string): Promise<this> {
    return this.until((client) => client.body.includes(text));
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  #change(change: () => void): void {
    change();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
