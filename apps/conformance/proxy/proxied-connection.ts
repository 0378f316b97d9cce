import { connect, type Socket } from "node:net";
import { Pipe } from "./pipe.ts";
import type { ConnectionPlan, Direction, Ending } from "./plan.ts";

export interface Target {
  readonly host?: string | undefined;
  readonly port: number;
}

/** Tells the proxy what has happened, for its counters. */
export interface ConnectionEvents {
  passed(direction: Direction, bytes: number): void;
  cut(ending: Ending): void;
}

/** One client's connection and the one to the target behind it. */
export class ProxiedConnection {
  readonly #client: Socket;
  readonly #server: Socket | undefined;
  readonly #pipes = new Map<Direction, Pipe>();
  readonly #events: ConnectionEvents;
  #ended = false;

  constructor(client: Socket, target: Target, plan: ConnectionPlan, events: ConnectionEvents) {
    this.#client = client;
    this.#events = events;
    client.setNoDelay(true);
    // Resets are what this program is for; the pipes see them as the end of their reading.
    client.on("error", () => {});
    if (plan.accept === "blackhole") {
      client.resume();
      return;
    }
    const server = connect({ host: target.host ?? "127.0.0.1", port: target.port, allowHalfOpen: true });
    this.#server = server;
    server.setNoDelay(true);
    server.on("error", () => this.#end("rst"));
    client.once("close", () => server.destroy());
    server.once("close", () => client.destroySoon());
    this.#pipe("toServer", client, server, plan);
    this.#pipe("toClient", server, client, plan);
  }

  pause(direction: Direction): void {
    this.#pipes.get(direction)?.pause();
  }

  resume(direction: Direction): void {
    this.#pipes.get(direction)?.resume();
  }

  cut(ending: Ending): void {
    if (this.#ended) return;
    this.#events.cut(ending);
    this.#end(ending);
  }

  #pipe(direction: Direction, from: Socket, to: Socket, plan: ConnectionPlan): void {
    const pipe = new Pipe(from, to, plan[direction] ?? {}, {
      passed: (bytes) => this.#events.passed(direction, bytes),
      cut: (ending) => this.cut(ending),
    });
    this.#pipes.set(direction, pipe);
    void pipe.run();
  }

  #end(ending: Ending): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const pipe of this.#pipes.values()) pipe.resume();
    if (ending === "rst") this.#client.resetAndDestroy();
    else this.#client.destroySoon();
    this.#server?.destroy();
  }
}
