import { createServer, type Server } from "node:http";
import { connect, type Subscription } from "@sse/client";
import { defineEvents, json } from "@sse/protocol";
import { createHub, memoryBackplane } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { listen } from "../fan-out/adapters/listen.ts";

export interface DrainPlan {
  readonly connections: number;
  readonly overMs: number;
  /** What the clients are told to wait before they come back, a quarter more or less. */
  readonly retryMs: number;
  readonly publishEveryMs: number;
}

export interface DrainOutcome {
  readonly plan: DrainPlan;
  /** How many came to the other server in each tenth of the time from the first to the last. */
  readonly curve: readonly number[];
  readonly tookMs: number;
  readonly published: number;
  readonly reconnected: number;
  /** Clients that missed an event, or got one twice or out of order. */
  readonly lost: number;
  readonly duplicated: number;
}

const events = defineEvents({ count: json<number>() });
const OPEN_AT_ONCE = 100;

/** Two servers on one log: one is drained while events go on, and all of its clients come to the other. */
export async function measureDrain(plan: DrainPlan): Promise<DrainOutcome> {
  await using backplane = memoryBackplane();
  const options = { backplane, heartbeatMs: false, limits: { maxPerIp: false } } as const;
  await using old = createHub(events, options);
  await using young = createHub(events, options);
  const servers = [old, young].map((hub) => createServer(toNodeListener(hub.respond)));
  const [oldPort = 0, youngPort = 0] = await Promise.all(servers.map(listen));
  const crowd = new DrainCrowd(plan.connections, oldPort, youngPort);
  let published = 0;
  try {
    await crowd.open();
    const timer = setInterval(() => void old.publish("count", ++published), plan.publishEveryMs);
    await old.drain({ overMs: plan.overMs, retryMs: plan.retryMs });
    await crowd.until(() => crowd.arrivals.length === plan.connections, plan.retryMs * 5 + 20_000);
    clearInterval(timer);
    const last = ++published;
    await young.publish("count", last);
    await crowd.until(() => crowd.counts.every((count) => count >= last), 20_000);
  } finally {
    await crowd.close();
    for (const server of servers) await shut(server);
  }
  return { plan, published, ...crowd.outcome(published) };
}

class DrainCrowd {
  readonly arrivals: number[] = [];
  /** The last event of each. */
  readonly counts: number[];
  #duplicated = new Set<number>();
  #lost = new Set<number>();
  #opened = 0;
  readonly #ports: readonly [number, number];
  readonly #clients: Subscription<{ type: "count"; data: number; lastEventId: string }>[] = [];

  constructor(connections: number, oldPort: number, youngPort: number) {
    this.counts = new Array<number>(connections).fill(0);
    this.#ports = [oldPort, youngPort];
  }

  async open(): Promise<void> {
    for (let index = 0; index < this.counts.length; index++) {
      this.#connect(index);
      if (index % OPEN_AT_ONCE === OPEN_AT_ONCE - 1) await this.until(() => this.#opened > index, 20_000);
    }
    await this.until(() => this.#opened === this.counts.length, 20_000);
  }

  /** Looks once in a while: thousands of clients tell nobody one by one. */
  async until(condition: () => boolean, withinMs: number): Promise<void> {
    const end = performance.now() + withinMs;
    while (!condition() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await Promise.all(this.#clients.map(({ closed }) => closed));
  }

  outcome(published: number): Omit<DrainOutcome, "plan" | "published"> {
    const times = this.arrivals.toSorted((a, b) => a - b);
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    const curve = new Array<number>(10).fill(0);
    for (const time of times) {
      const tenth = Math.min(9, Math.floor(((time - first) * 10) / (last - first)));
      curve[tenth] = (curve[tenth] ?? 0) + 1;
    }
    const missing = this.counts.flatMap((count, index) => (count < published ? [index] : []));
    return {
      ...{ curve, tookMs: last - first, reconnected: times.length, duplicated: this.#duplicated.size },
      lost: new Set([...this.#lost, ...missing]).size,
    };
  }

  #connect(index: number): void {
    let attempts = 0;
    // The first time to the one that goes down, later to the other, as a balancer would do it.
    const url = (): string => `http://127.0.0.1:${this.#ports[attempts++ === 0 ? 0 : 1]}/`;
    const client = connect(events, url);
    client.on("count", ({ data }) => {
      const before = this.counts[index] ?? 0;
      if (data <= before) this.#duplicated.add(index);
      if (data > before + 1) this.#lost.add(index);
      this.counts[index] = Math.max(before, data);
    });
    let opens = 0;
    client.onStateChange(({ status }) => {
      if (status !== "open") return;
      if (opens++ === 0) this.#opened++;
      else if (opens === 2) this.arrivals.push(performance.now());
    });
    this.#clients.push(client);
  }
}

async function shut(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
