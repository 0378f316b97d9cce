import { freePort } from "../../../scripts/free-port.ts";
import { Child } from "./child.ts";
import type {
  ClientsReport,
  FromClients,
  FromPublisher,
  FromServer,
  ServerReport,
  StoreAddress,
} from "./messages.ts";
import { until } from "./ports.ts";
import { Wire } from "./wire.ts";

export interface Size {
  readonly clients: number;
  readonly channels: number;
  readonly channelsPerClient: number;
  readonly eventsPerSecond: number;
}

export interface Finish extends ClientsReport {
  readonly published: number;
  readonly retried: number;
  /** Of the server that has most. */
  readonly serversRssBytes: number;
}

const SERVERS = 3;

/** A publisher, three servers and a process with many clients, on one store, with a wire in front of each. */
export class Cluster {
  /** Between the clients and the servers, which take turns. */
  readonly front: Wire;
  /** Between everybody and the store. */
  readonly back: Wire;
  readonly #store: StoreAddress;
  readonly #ports: readonly number[];
  readonly #servers: (Child | undefined)[] = [];
  readonly #publisher: Child;
  readonly #clients: Child;

  private constructor(store: StoreAddress, front: Wire, back: Wire, ports: readonly number[], size: Size) {
    this.#store = store;
    this.front = front;
    this.back = back;
    this.#ports = ports;
    const { channels, eventsPerSecond, clients, channelsPerClient } = size;
    this.#publisher = new Child("publisher", { store, channels, eventsPerSecond });
    const url = `http://127.0.0.1:${front.port}/`;
    this.#clients = new Child("clients", { url, clients, channels, channelsPerClient });
  }

  /** Resolves when all clients are connected and events flow. */
  static async start(kind: StoreAddress["kind"], storePort: number, size: Size): Promise<Cluster> {
    const ports = await Promise.all(Array.from({ length: SERVERS }, freePort));
    const [front, back] = [await Wire.open(...ports), await Wire.open(storePort)];
    const cluster = new Cluster({ kind, port: back.port }, front, back, ports, size);
    try {
      await cluster.#begin();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  async #begin(): Promise<void> {
    const isOpen = this.#clients.next<FromClients>();
    const isReady = this.#publisher.next<string>();
    const isServed = Promise.all(this.#ports.map((_, index) => this.startServer(index)));
    await Promise.all([isOpen, isReady, isServed]);
    this.#publisher.tell("start");
    await this.flow();
  }

  get servers(): number {
    return SERVERS;
  }

  async startServer(index: number): Promise<void> {
    const server = new Child("server", { store: this.#store, port: this.#ports[index] });
    this.#servers[index] = server;
    await server.next<FromServer>();
  }

  async killServer(index: number): Promise<void> {
    await this.#server(index).kill();
  }

  /** Sends its clients away over a time, and ends. */
  async drainServer(index: number, overMs: number): Promise<void> {
    const server = this.#server(index);
    server.tell({ drain: { overMs } });
    await server.exit();
  }

  signalServer(index: number, name: "SIGSTOP" | "SIGCONT"): void {
    this.#server(index).signal(name);
  }

  report(): Promise<ClientsReport> {
    return this.#clients.ask<ClientsReport>("count");
  }

  published(): Promise<FromPublisher> {
    return this.#publisher.ask<FromPublisher>("count");
  }

  /** Waits until events get through again, some to each client. */
  async flow(): Promise<void> {
    const { events, gaps } = await this.report();
    const enough = events + 5 * gaps.length;
    await until(async () => (await this.report()).events >= enough, "no events get through");
  }

  /** Publishes no more, and waits until everybody has everything. */
  async finish(): Promise<Finish> {
    const { published, retried } = await this.#publisher.ask<FromPublisher>("stop");
    let last = await this.#clients.ask<ClientsReport>({ expect: published });
    const isComplete = async (): Promise<boolean> => {
      last = await this.report();
      return last.complete;
    };
    await until(
      isComplete,
      () => `Clients are stuck: ${last.waiting.join("; ")}. ${last.problems.join("; ")}`,
      60_000,
    );
    const servers = this.#servers.filter((server) => server !== undefined);
    const reports = await Promise.all(servers.map((server) => server.ask<ServerReport>("count")));
    const serversRssBytes = Math.max(...reports.map(({ rssBytes }) => rssBytes));
    return { ...last, serversRssBytes, published: published.reduce((sum, n) => sum + n, 0), retried };
  }

  async stop(): Promise<void> {
    await Promise.all([this.#clients, this.#publisher, ...this.#servers].map((child) => child?.kill()));
    await Promise.all([this.front.close(), this.back.close()]);
  }

  #server(index: number): Child {
    const server = this.#servers[index];
    if (server === undefined) throw new RangeError(`There is no server ${index}.`);
    return server;
  }
}
