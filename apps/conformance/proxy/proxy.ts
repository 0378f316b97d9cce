import { createServer, type Server, type Socket } from "node:net";
import type { Direction, Ending, Script } from "./plan.ts";
import { ProxiedConnection, type Target } from "./proxied-connection.ts";
import { SeededRandom } from "./random.ts";

export type { ConnectionPlan, Direction, DirectionPlan, Ending, Script } from "./plan.ts";
export type { Target } from "./proxied-connection.ts";
export { SeededRandom } from "./random.ts";

export interface FaultProxyOptions {
  /** Where connections go; `switchTarget` or a plan chooses another one than the first. */
  readonly targets: readonly [Target, ...Target[]];
  /** What happens to each connection. Default: all pass untouched. */
  readonly script?: Script | undefined;
  /** Default: one by chance. Printed when the proxy starts; the same seed and script give the same faults. */
  readonly seed?: number | undefined;
  /** Where the seed is printed. Default: standard error; false: nowhere. */
  readonly log?: ((line: string) => void) | false | undefined;
}

/** What has happened so far. */
export interface FaultCounters {
  accepted: number;
  refused: number;
  blackholed: number;
  cuts: number;
  open: number;
  readonly bytes: Record<Direction, number>;
}

/**
 * A TCP proxy that injects faults, on 127.0.0.1 and a port of its own. Knows nothing of what passes through it,
 * so it stands as well before a web server as before a store.
 */
export class FaultProxy implements AsyncDisposable {
  readonly seed: number;
  readonly counters: FaultCounters = {
    accepted: 0,
    refused: 0,
    blackholed: 0,
    cuts: 0,
    open: 0,
    bytes: { toServer: 0, toClient: 0 },
  };
  readonly #server: Server;
  readonly #targets: readonly [Target, ...Target[]];
  readonly #random: SeededRandom;
  readonly #connections = new Set<ProxiedConnection>();
  readonly #paused = new Set<Direction>();
  #script: Script;
  #target = 0;

  constructor(options: FaultProxyOptions) {
    this.seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
    this.#random = new SeededRandom(this.seed);
    this.#targets = options.targets;
    this.#script = options.script ?? (() => ({}));
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
    if (options.log !== false) (options.log ?? console.error)(`fault proxy: seed ${this.seed}`);
  }

  /** Starts one and waits until it listens. */
  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once("error", reject);
      proxy.#server.listen(0, "127.0.0.1", resolve);
    });
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The proxy does not listen.");
    return address.port;
  }

  /** Where an HTTP client goes instead of the target. */
  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** From the next connection on. */
  setScript(script: Script): void {
    this.#script = script;
  }

  /** From the next connection on: the target after this one, or the one with this index. */
  switchTarget(index: number = this.#target + 1): void {
    this.#target = index % this.#targets.length;
  }

  /** Ends all open connections; new ones are accepted. */
  cutAll(ending: Ending = "fin"): void {
    for (const connection of [...this.#connections]) connection.cut(ending);
  }

  /** Nothing passes any more, in connections that are open and in new ones; all stay open. */
  pauseAll(direction: Direction): void {
    this.#paused.add(direction);
    for (const connection of this.#connections) connection.pause(direction);
  }

  /** What was held back passes, in order. */
  resumeAll(direction: Direction): void {
    this.#paused.delete(direction);
    for (const connection of this.#connections) connection.resume(direction);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.cutAll("rst");
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #accept(socket: Socket): void {
    const plan = this.#script(this.counters.accepted++, this.#random);
    if (plan.accept === "refuse") {
      this.counters.refused++;
      socket.on("error", () => {});
      socket.resetAndDestroy();
      return;
    }
    if (plan.accept === "blackhole") this.counters.blackholed++;
    const target = this.#targets[plan.target ?? this.#target];
    if (target === undefined) throw new RangeError(`The proxy has no target ${plan.target}.`);
    this.#connect(socket, new ProxiedConnection(socket, target, plan, this.#count()));
  }

  #connect(socket: Socket, connection: ProxiedConnection): void {
    this.counters.open++;
    this.#connections.add(connection);
    for (const direction of this.#paused) connection.pause(direction);
    socket.once("close", () => {
      this.counters.open--;
      this.#connections.delete(connection);
    });
  }

  #count() {
    return {
      passed: (direction: Direction, bytes: number) => {
        this.counters.bytes[direction] += bytes;
      },
      cut: () => {
        this.counters.cuts++;
      },
    };
  }
}
