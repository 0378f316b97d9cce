import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A network between a client and a server that can go dead: nothing passes, and nobody is told. */
export class FrozenProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isDead = false;
  /** Of connections that were open when it went dead: they stay so. */
  #generation = 0;

  private constructor(target: number) {
    this.#server = createServer((client) => this.#link(client, target));
  }

  static async to(target: number): Promise<FrozenProxy> {
    const proxy = new FrozenProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port; // it listens on TCP
  }

  cut(): void {
    this.#isDead = true;
    this.#generation++;
  }

  /** New connections work again; those from before never do. */
  heal(): void {
    this.#isDead = false;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #link(client: Socket, target: number): void {
    const server = connect(target, "127.0.0.1");
    const generation = this.#generation;
    const wasDead = this.#isDead;
    const passes = (): boolean => !wasDead && generation === this.#generation;
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on("data", (bytes) => void (passes() && to.write(bytes)));
      from.on("error", () => {});
      from.on("close", () => {
        this.#sockets.delete(from);
        if (passes()) to.destroy();
      });
    }
  }
}
