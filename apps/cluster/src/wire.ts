import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { listening, portOf } from "./ports.ts";

/**
 * A TCP connection's way from here to there, which can be broken: between clients and servers, where it also spreads
 * connections over several servers, and between servers and their store.
 */
export class Wire {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #targets: readonly number[];
  #next = 0;
  #isSilent = false;

  private constructor(targets: readonly number[]) {
    this.#targets = targets;
    this.#server = createServer((socket) => this.#join(socket));
  }

  static async open(...targets: readonly number[]): Promise<Wire> {
    const wire = new Wire(targets);
    await listening(wire.#server);
    return wire;
  }

  get port(): number {
    return portOf(this.#server);
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** Where connections go from now on, in turns. */
  lead(...targets: readonly number[]): void {
    this.#targets = targets;
  }

  /** Resets every connection there is. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
  }

  /** Nothing passes any more, in either direction, and nobody is told: what a pulled cable does. */
  silence(): void {
    this.#isSilent = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  /** The cable is back. What was sent meanwhile arrives late, unless its connection is gone. */
  restore(): void {
    this.#isSilent = false;
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** A target that refuses is passed over for the next, as a load balancer does. */
  #join(socket: Socket, tries: number = this.#targets.length): void {
    const port = this.#targets[this.#next++ % Math.max(1, this.#targets.length)];
    if (port === undefined || tries === 0) {
      socket.resetAndDestroy();
      return;
    }
    const other = dial(port, "127.0.0.1");
    socket.on("error", () => {});
    other.once("error", () => this.#join(socket, tries - 1));
    other.once("connect", () => {
      other.removeAllListeners("error");
      this.#couple(socket, other);
    });
  }

  #couple(socket: Socket, other: Socket): void {
    const pair = [socket, other] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [other, socket] as const]) {
      from.setNoDelay();
      from.on("error", () => {});
      from.on("data", (bytes) => {
        if (!to.write(bytes)) from.pause();
      });
      to.on("drain", () => this.#isSilent || from.resume());
      from.on("close", () => {
        this.#pairs.delete(pair);
        to.destroy();
      });
      if (this.#isSilent) from.pause();
    }
  }
}
