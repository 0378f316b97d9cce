import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { listen } from "./ports.ts";
import { seeded } from "./random.ts";

/** What becomes of one connection. Numbers count bytes on their way to the client. */
export interface ConnectionFault {
  /** The connection is reset before anything passes. */
  readonly refuse?: boolean;
  /** It ends after so many bytes, by `how`. */
  readonly cutAfter?: number;
  /** A clean end of the connection, or a reset. Default: "rst". */
  readonly how?: "fin" | "rst";
  /** After so many bytes nothing passes any more, and nobody is told: a half-open connection. */
  readonly silentAfter?: number;
  /** Every byte is a write of its own. */
  readonly dribble?: boolean;
}

/** The fault of the nth connection, from 0. */
export type FaultPlan = (nth: number) => ConnectionFault;

type Tap = (bytes: Buffer) => void;

/** What passed so far. */
export interface ProxyCounters {
  connections: number;
  cuts: number;
  bytesToClient: number;
}

/** A plan by chance, the same for the same seed: cuts of both kinds, refusals and dribble, up to `maxBytes`. */
export function chance(seed: number, maxBytes: number): FaultPlan {
  const plan: ConnectionFault[] = [];
  const random = seeded(seed);
  return (nth) => {
    while (plan.length <= nth) {
      const [kind, how, after] = [random(), random(), random()];
      const cut: ConnectionFault = {
        cutAfter: 1 + Math.floor(after * maxBytes),
        how: how < 0.5 ? "fin" : "rst",
      };
      plan.push(kind < 0.1 ? { refuse: true } : kind < 0.3 ? { ...cut, dribble: true } : cut);
    }
    return plan[nth] ?? {};
  };
}

/** A TCP proxy that breaks connections as planned, or now. */
export class FaultProxy {
  readonly #server: Server;
  readonly #target: number;
  readonly #plan: FaultPlan;
  readonly #tap: Tap;
  #port = 0;
  readonly #pairs = new Set<ProxiedConnection>();
  readonly counters: ProxyCounters = { connections: 0, cuts: 0, bytesToClient: 0 };

  private constructor(target: number, plan: FaultPlan, tap: Tap) {
    this.#target = target;
    this.#plan = plan;
    this.#tap = tap;
    this.#server = createServer((client) => this.#join(client));
  }

  /** `target` is a port of this machine. `tap` sees every byte that is sent to clients. */
  static async open(target: number, plan: FaultPlan = () => ({}), tap: Tap = () => {}): Promise<FaultProxy> {
    const proxy = new FaultProxy(target, plan, tap);
    proxy.#port = await listen(proxy.#server);
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  get open(): number {
    return this.#pairs.size;
  }

  /** Ends every connection there is. */
  cut(how: "fin" | "rst" = "rst"): void {
    for (const pair of this.#pairs) pair.cut(how);
  }

  /** Nothing passes any more on the connections there are. */
  silence(): void {
    for (const pair of this.#pairs) pair.silence();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket): void {
    const fault = this.#plan(this.counters.connections++);
    client.on("error", () => {});
    if (fault.refuse) {
      client.resetAndDestroy();
      return;
    }
    const toClient: Tap = (part) => {
      this.counters.bytesToClient += part.length;
      this.#tap(part);
    };
    const onCut = (): void => {
      this.counters.cuts++;
    };
    const pair = new ProxiedConnection(client, dial(this.#target, "127.0.0.1"), fault, toClient, onCut);
    this.#pairs.add(pair);
    client.once("close", () => this.#pairs.delete(pair));
  }
}

/** One client's connection, and the one to the server behind it. */
class ProxiedConnection {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #fault: ConnectionFault;
  readonly #tap: Tap;
  readonly #onCut: () => void;
  #passed = 0;
  #silent = false;

  constructor(client: Socket, server: Socket, fault: ConnectionFault, tap: Tap, onCut: () => void) {
    this.#client = client;
    this.#server = server;
    this.#fault = fault;
    this.#tap = tap;
    this.#onCut = onCut;
    client.setNoDelay();
    server.on("error", () => {});
    client.on("data", (bytes) => {
      if (!this.#silent) server.write(bytes);
    });
    server.on("data", (bytes: Buffer) => this.#toClient(bytes));
    client.on("drain", () => server.resume());
    server.once("close", () => this.#silent || client.end());
    client.once("close", () => server.destroy());
  }

  cut(how: "fin" | "rst"): void {
    if (this.#client.destroyed) return;
    this.#onCut();
    this.#silent = true;
    if (how === "rst") this.#client.resetAndDestroy();
    else this.#client.end(() => this.#client.destroySoon());
    this.#server.destroy();
  }

  silence(): void {
    this.#silent = true;
  }

  #toClient(bytes: Buffer): void {
    if (this.#silent) return;
    const { cutAfter = Number.POSITIVE_INFINITY, silentAfter = Number.POSITIVE_INFINITY, how } = this.#fault;
    const part = bytes.subarray(0, Math.min(cutAfter, silentAfter) - this.#passed);
    this.#passed += part.length;
    this.#tap(part);
    const sent = this.#write(part);
    if (this.#passed >= silentAfter) this.silence();
    else if (this.#passed >= cutAfter) this.#cutAfterwards(how ?? "rst", part.length > 0);
    else if (!sent) this.#server.pause();
  }

  /** A reset discards what the kernel has not sent, so the bytes before it go first. */
  #cutAfterwards(how: "fin" | "rst", written: boolean): void {
    this.#silent = true;
    if (written) this.#client.write("", () => setImmediate(() => this.cut(how)));
    else this.cut(how);
  }

  #write(part: Buffer): boolean {
    if (!this.#fault.dribble) return this.#client.write(part);
    let sent = true;
    for (const byte of part) sent = this.#client.write(Buffer.of(byte));
    return sent;
  }
}
