import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { type Answer, after, stream } from "./answers.ts";

/** Answers as scripted, one connection after the other, then as a healthy server that resumes. */
export class FaultServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #script: readonly Answer[] = [];
  #forever: Answer | undefined;
  requests = 0;

  constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(): Promise<FaultServer> {
    const server = new FaultServer();
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get port(): number {
    // It listens on a port, so its address is no string.
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** `forever` is every answer after the script's; without it a healthy stream. */
  play(script: readonly Answer[], forever?: Answer): void {
    this.#script = script;
    this.#forever = forever;
    this.requests = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {});
    let request = "";
    let answered = false;
    socket.on("data", (chunk) => {
      request += chunk.toString("utf8");
      if (answered || !request.includes("\r\n\r\n")) return;
      answered = true;
      this.#answer(socket, request);
    });
  }

  #answer(socket: Socket, request: string): void {
    const answer = this.#script[this.requests++] ?? this.#forever ?? stream(after(position(request)));
    socket.write(answer.head);
    socket.write(answer.body, () => {
      if (answer.ending === "fin") socket.end();
      if (answer.ending === "rst") socket.resetAndDestroy();
    });
  }
}

/** Where a request goes on. The header is UTF-8 bytes, as the standard has it. */
function position(request: string): number {
  const id = /^last-event-id: (.*)\r$/im.exec(request)?.[1];
  return id === "日本" ? 1 : Number(id ?? 0);
}
