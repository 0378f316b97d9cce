import { setTimeout as delay } from "node:timers/promises";
import type { Cluster } from "./cluster.ts";
import { until } from "./ports.ts";
import type { Replica } from "./replica.ts";
import type { Service } from "./services.ts";

/** How long things take: seconds in the tests, what an outage takes in the soak. */
export interface Pace {
  /** From a seed: which server it is, and how long it goes well before. */
  readonly random: () => number;
  /** About how long all goes well before it and after it. */
  readonly calmMs: number;
  readonly outageMs: number;
  readonly drainMs: number;
  readonly cuts: number;
}

/** Gaps that each client is told of. */
export type Gaps = "none" | "one";

export interface Fault {
  readonly name: string;
  readonly store: "redis" | "nats";
  /** Whether the store has what it acknowledged after it was killed. */
  readonly durable: boolean;
  readonly gaps: Gaps;
  /** Whether the store has a replica from the beginning. (Redis takes a new replication id for its first one.) */
  readonly replicated?: boolean;
  readonly happen: (cluster: Cluster, store: Service, pace: Pace, replica?: Replica) => Promise<void>;
}

export const faults: readonly Fault[] = [
  {
    name: "a server process is killed",
    store: "redis",
    durable: true,
    gaps: "none",
    happen: async (cluster, _, { random }) => {
      const index = Math.floor(random() * cluster.servers);
      await cluster.killServer(index);
      await cluster.flow();
      await cluster.startServer(index);
    },
  },
  {
    name: "a server process is stopped for a while",
    store: "redis",
    durable: true,
    gaps: "none",
    happen: async (cluster, _, { outageMs, random }) => {
      const index = Math.floor(random() * cluster.servers);
      cluster.signalServer(index, "SIGSTOP");
      await delay(outageMs);
      cluster.signalServer(index, "SIGCONT");
    },
  },
  {
    name: "all server processes are replaced, one after the other",
    store: "redis",
    durable: true,
    gaps: "none",
    happen: async (cluster, _, { drainMs }) => {
      for (let index = 0; index < cluster.servers; index++) {
        await cluster.drainServer(index, drainMs);
        await cluster.startServer(index);
      }
    },
  },
  {
    name: "clients are cut off again and again, and come back to another server",
    store: "redis",
    durable: true,
    gaps: "none",
    happen: async (cluster, _, { cuts, random }) => {
      for (let cut = 0; cut < cuts; cut++) {
        cluster.front.cut();
        await delay(random() * 300);
        await cluster.flow();
      }
    },
  },
  {
    name: "Redis is stopped for a while",
    store: "redis",
    durable: true,
    gaps: "none",
    happen: stop,
  },
  {
    name: "the network to Redis is gone for a while",
    store: "redis",
    durable: true,
    gaps: "none",
    happen: unplug,
  },
  {
    name: "Redis is killed, and has all it acknowledged on disk",
    store: "redis",
    durable: true,
    gaps: "one",
    happen: restart,
  },
  {
    name: "Redis is killed, and has forgotten everything",
    store: "redis",
    durable: false,
    gaps: "one",
    happen: restart,
  },
  {
    name: "a replica takes over, and misses acknowledged events",
    store: "redis",
    durable: false,
    gaps: "one",
    replicated: true,
    happen: async (cluster, store, _, replica) => {
      if (replica === undefined) throw new Error("There is no replica.");
      // What is acknowledged from now on does not reach the replica.
      replica.link.silence();
      await until(lostEnough(cluster, (await cluster.published()).published), "nothing was published");
      await store.kill();
      replica.link.cut();
      await replica.command("REPLICAOF", "NO", "ONE");
      cluster.back.lead(replica.service.port);
      cluster.back.cut();
    },
  },
  {
    name: "NATS is killed, with its stream on disk",
    store: "nats",
    durable: true,
    gaps: "none",
    happen: restart,
  },
  {
    name: "NATS is stopped for a while",
    store: "nats",
    durable: true,
    gaps: "none",
    happen: stop,
  },
  {
    name: "the network to NATS is gone for a while",
    store: "nats",
    durable: true,
    gaps: "none",
    happen: unplug,
  },
];

async function stop(_: Cluster, store: Service, { outageMs }: Pace): Promise<void> {
  store.signal("SIGSTOP");
  await delay(outageMs);
  store.signal("SIGCONT");
}

async function unplug({ back }: Cluster, _: Service, { outageMs }: Pace): Promise<void> {
  back.silence();
  await delay(outageMs);
  back.restore();
}

async function restart(_: Cluster, store: Service): Promise<void> {
  await store.kill();
  await delay(500);
  await store.start();
}

const LOST = 50;

function lostEnough(cluster: Cluster, before: readonly number[]): () => Promise<boolean> {
  const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);
  return async () => sum((await cluster.published()).published) >= sum(before) + LOST;
}
