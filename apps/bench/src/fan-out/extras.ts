import type { Runtime } from "../runtimes.ts";
import type { BroadcasterOptions } from "./broadcaster.ts";
import type { AloneResult, HeartbeatResult, StallResult } from "./result.ts";
import { each, Pair } from "./visit.ts";

const EVENT_BYTES = 4096;
/** Less than a queue takes, so that those who read are never cut: everybody has it before the next part comes. */
const PART = { turns: 20, perTurn: 10, everyMs: 2, padding: EVENT_BYTES, maxMs: 10_000 };

export interface StallPlan {
  readonly connections: number;
  readonly stalled: number;
  readonly bytes: number;
}

/** How much a server grows while some clients do not read. */
export async function measureStall(
  adapter: string,
  slowConsumer: BroadcasterOptions["slowConsumer"],
  { connections, stalled, bytes }: StallPlan,
  runtime: Runtime,
): Promise<StallResult> {
  using pair = await Pair.start(adapter, runtime, { heartbeatMs: false, slowConsumer });
  await pair.open(connections, stalled);
  await pair.publish({ turns: 20, perTurn: 1, everyMs: 2, padding: 0, maxMs: 1000 });
  const before = await pair.server.ask("memory", {});
  let isComplete = true;
  let publishedBytes = 0;
  while (publishedBytes < bytes) {
    const { received, events } = await pair.publish(PART);
    isComplete &&= received.incomplete === 0;
    publishedBytes += events * EVENT_BYTES;
  }
  const after = await pair.server.ask("memory", {});
  const rss = after.rss - before.rss;
  return { adapter, slowConsumer, connections, stalled, publishedBytes, isComplete, rss };
}

/** What heartbeats cost while nothing else happens: their time, and the heap that they keep. */
export async function measureHeartbeat(
  adapter: string,
  connections: number,
  heartbeatMs: number,
  overMs: number,
  runtime: Runtime,
): Promise<HeartbeatResult> {
  const options = { slowConsumer: "disconnect" } as const;
  let quiet: number;
  {
    using pair = await Pair.start(adapter, runtime, { ...options, heartbeatMs: false });
    quiet = (await pair.open(connections)).heap;
  }
  using pair = await Pair.start(adapter, runtime, { ...options, heartbeatMs });
  const { heap } = await pair.open(connections);
  await new Promise((resolve) => setTimeout(resolve, heartbeatMs)); // each had its first
  await pair.server.ask("cpu", {});
  await new Promise((resolve) => setTimeout(resolve, overMs));
  const cpu = await pair.server.ask("cpu", {});
  return { adapter, connections, heartbeatMs, cpuShare: each(cpu, cpu.wallUs), heapEach: heap - quiet };
}

export async function measureAlone(
  validate: boolean,
  events: number,
  runtime: Runtime,
): Promise<AloneResult> {
  using pair = await Pair.start("ours", runtime);
  const { nsEach } = await pair.server.ask("alone", { events, validate });
  return { validate, nsEach };
}
