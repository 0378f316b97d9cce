import { readFileSync } from "node:fs";
import { freePort } from "../../../../scripts/free-port.ts";
import { Child } from "../child.ts";
import type { Service } from "../services.ts";
import type { AnyStore, CrowdAnswer, CrowdOrder, StationAnswer, StationOrder } from "./messages.ts";

const CONNECTIONS = 1000;
const IN_FLIGHT = 256;
const REPLAYED = 200;
/** Events published at once to many connections: less than what one of them may have waiting. */
const BATCH = 400;

/** What one store was measured at. CPU in microseconds an event. */
export interface StoreFigures {
  readonly store: AnyStore["kind"];
  /** Events a second that one process publishes and one other connection gets. */
  readonly oneConnection: Flood;
  /** The same with a thousand connections: deliveries are a thousand times that. */
  readonly manyConnections: Flood;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  /** A thousand clients that come back at once, for 200 events each. */
  readonly replay: { readonly eventsPerSecond: number; readonly tookMs: number };
  /** Publisher and so many servers, at 1,000 events a second: CPU an event of all servers, and of the store. */
  readonly processes: readonly {
    readonly servers: number;
    readonly serversUs: number;
    readonly storeUs: number;
  }[];
}

export interface Flood {
  readonly eventsPerSecond: number;
  readonly publisherUs: number;
  /** Of the process that serves; undefined where that is the one that publishes. */
  readonly serverUs: number | undefined;
  readonly storeUs: number | undefined;
}

export interface Place {
  readonly store: AnyStore;
  readonly service: Service | undefined;
}

/** One publisher, and servers, each a process of its own where the store allows it. */
class Rig {
  readonly publisher: Child;
  readonly servers: readonly Child[];
  readonly crowd: Child;
  readonly #service: Service | undefined;

  private constructor(
    publisher: Child,
    servers: readonly Child[],
    crowd: Child,
    service: Service | undefined,
  ) {
    this.publisher = publisher;
    this.servers = servers;
    this.crowd = crowd;
    this.#service = service;
  }

  static async start({ store, service }: Place, servers: number): Promise<Rig> {
    const isShared = service !== undefined;
    const ports = await Promise.all(Array.from({ length: isShared ? servers + 1 : 1 }, freePort));
    const stations = ports.map((port) => new Child("measure/station", { store, port }));
    await Promise.all(stations.map((station) => station.next()));
    const [publisher, ...others] = stations;
    if (publisher === undefined) throw new Error("There is no publisher.");
    const crowd = new Child("measure/crowd", { ports: isShared ? ports.slice(1) : ports });
    return new Rig(publisher, others, crowd, service);
  }

  order(order: StationOrder): Promise<StationAnswer> {
    return this.publisher.ask<StationAnswer>(order);
  }

  clients(order: CrowdOrder): Promise<CrowdAnswer> {
    return this.crowd.ask<CrowdAnswer>(order);
  }

  /** Processor time so far: publisher, servers, store. */
  async cpu(): Promise<readonly [publisher: number, servers: number, store: number]> {
    const [publisher = 0, ...servers] = await Promise.all(
      [this.publisher, ...this.servers].map(
        async (each) => (await each.ask<StationAnswer>({ kind: "cpu" })).cpuMs,
      ),
    );
    return [publisher, servers.reduce((sum, each) => sum + each, 0), cpuMsOf(this.#service?.pid)];
  }

  async stop(): Promise<void> {
    await Promise.all([this.publisher, ...this.servers, this.crowd].map((child) => child.kill()));
  }
}

export async function measure(open: () => Promise<Place>, seconds: number): Promise<StoreFigures> {
  const { kind } = await withRig(open, 1, async (_, place) => place.store);
  const one = await withRig(open, 1, (rig, place) => flood(rig, place, seconds));
  const many = await withRig(open, 1, (rig, place) => crowded(rig, place, seconds));
  const latencyMs = await withRig(open, 1, (rig) => latency(rig, seconds));
  const replay = await withRig(open, 1, (rig) => returning(rig));
  const processes: StoreFigures["processes"][number][] = [];
  for (const servers of kind === "redis" || kind === "nats" ? [1, 2, 4] : []) {
    processes.push(await withRig(open, servers, (rig) => spread(rig, servers, seconds)));
  }
  return { store: kind, oneConnection: one, manyConnections: many, latencyMs, replay, processes };
}

async function withRig<T>(
  open: () => Promise<Place>,
  servers: number,
  act: (rig: Rig, place: Place) => Promise<T>,
): Promise<T> {
  const place = await open();
  const rig = await Rig.start(place, servers);
  try {
    return await act(rig, place);
  } finally {
    await rig.stop();
    await place.service?.remove();
  }
}

/** Nobody waits for the reader, which gets everything all the same. */
async function flood(rig: Rig, { service }: Place, seconds: number): Promise<Flood> {
  await rig.clients({ kind: "open", connections: 1, lastEventId: "" });
  const warm = await rig.order({ kind: "flood", seconds: 0.5, inFlight: IN_FLIGHT });
  return costs(rig, service, async () => {
    const { published } = await rig.order({ kind: "flood", seconds, inFlight: IN_FLIGHT });
    await rig.clients({ kind: "wait", events: warm.published + published });
    return published;
  });
}

/** Batch by batch, each when all connections have the one before: faster, and slow ones would be cut off. */
async function crowded(rig: Rig, { service }: Place, seconds: number): Promise<Flood> {
  await rig.clients({ kind: "open", connections: CONNECTIONS, lastEventId: "" });
  let published = 0;
  const batch = async (): Promise<void> => {
    published += 1 + (await rig.order({ kind: "count", events: BATCH })).published;
    await rig.clients({ kind: "wait", events: published * CONNECTIONS });
  };
  await batch(); // warm
  return costs(rig, service, async () => {
    const before = published;
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end) await batch();
    return published - before;
  });
}

async function costs(rig: Rig, service: Service | undefined, act: () => Promise<number>): Promise<Flood> {
  const before = await rig.cpu();
  const began = performance.now();
  const published = await act();
  const tookMs = performance.now() - began;
  const after = await rig.cpu();
  const [publisher, server, store] = after.map(
    (each, index) => ((each - (before[index] ?? 0)) * 1000) / published,
  );
  return {
    eventsPerSecond: (published * 1000) / tookMs,
    publisherUs: publisher ?? 0,
    serverUs: service === undefined ? undefined : server,
    storeUs: service === undefined ? undefined : store,
  };
}

async function latency(rig: Rig, seconds: number): Promise<StoreFigures["latencyMs"]> {
  await rig.clients({ kind: "open", connections: 100, lastEventId: "" });
  const { published } = await rig.order({ kind: "pace", seconds, perSecond: 100 });
  const { latencies } = await rig.clients({ kind: "wait", events: published * 100 });
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

async function returning(rig: Rig): Promise<StoreFigures["replay"]> {
  const { from } = await rig.order({ kind: "count", events: REPLAYED });
  const { elapsedMs } = await rig
    .clients({ kind: "open", connections: CONNECTIONS, lastEventId: from })
    .then(() => rig.clients({ kind: "wait", events: CONNECTIONS * REPLAYED }));
  return { eventsPerSecond: (CONNECTIONS * REPLAYED * 1000) / elapsedMs, tookMs: elapsedMs };
}

async function spread(
  rig: Rig,
  servers: number,
  seconds: number,
): Promise<StoreFigures["processes"][number]> {
  await rig.clients({ kind: "open", connections: servers, lastEventId: "" });
  const before = await rig.cpu();
  const { published } = await rig.order({ kind: "pace", seconds, perSecond: 1000 });
  await rig.clients({ kind: "wait", events: published * servers });
  const after = await rig.cpu();
  const us = (index: 1 | 2): number => ((after[index] - before[index]) * 1000) / published;
  return { servers, serversUs: us(1), storeUs: us(2) };
}

/** Linux counts a process's time in hundredths of a second. */
function cpuMsOf(pid: number | undefined): number {
  if (pid === undefined) return 0;
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
