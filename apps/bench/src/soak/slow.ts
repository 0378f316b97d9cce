import { fileURLToPath } from "node:url";
import type { ClientQuestions, Received, Resumed } from "../fan-out/messages.ts";
import { Peer } from "../fan-out/peer.ts";
import type { SoakQuestions, SoakState } from "./messages.ts";
import { FLOOD_EVENT_BYTES, MAX_QUEUE_BYTES, type SlowPlan } from "./plan.ts";

const SERVER = fileURLToPath(new URL("server.ts", import.meta.url));
const CLIENT = fileURLToPath(new URL("../fan-out/client.ts", import.meta.url));
const TICKS = 20;
const TICK_MS = 40;

export interface SlowOutcome {
  readonly plan: SlowPlan;
  /** Ticks to the readers: before the flood, while it passes, and beside those who stopped reading in it. */
  readonly before: Received;
  readonly during: Received;
  readonly after: Received;
  readonly flooded: Received;
  /** The longest time until the log had an event. */
  readonly slowestPublishMs: number;
  /** Bytes by which the server grew at most, and what the queues of the stalled may hold. */
  readonly growth: number;
  readonly budget: number;
  readonly state: SoakState;
  /** What the stalled saw when they read again. */
  readonly resumed: Resumed;
}

/** Floods clients that do not read, while others get their ticks. `node` is the command that runs the processes. */
export async function measureSlow(plan: SlowPlan, node: readonly string[]): Promise<SlowOutcome> {
  const server = new Peer<SoakQuestions>([...node, SERVER, plan.slowConsumer]);
  const clients: Peer<ClientQuestions>[] = [];
  try {
    const { port } = await server.first<{ port: number }>();
    const open = async (path: string): Promise<Peer<ClientQuestions>> => {
      const client = new Peer<ClientQuestions>([...node, CLIENT, String(port), path]);
      clients.push(client);
      await client.first();
      return client;
    };
    const [readers, flooded] = [await open("/"), await open("/?flood")];
    await readers.ask("open", { connections: plan.readers, stalled: 0 });
    const { stalled } = plan;
    await flooded.ask("open", { connections: stalled + plan.flooded, stalled });
    return { plan, ...(await run(plan, server, readers, flooded)) };
  } finally {
    server.stop();
    for (const client of clients) client.stop();
  }
}

async function run(
  plan: SlowPlan,
  server: Peer<SoakQuestions>,
  readers: Peer<ClientQuestions>,
  flooded: Peer<ClientQuestions>,
): Promise<Omit<SlowOutcome, "plan">> {
  const before = await ticks(server, readers);
  const start = await server.ask("state", {});
  let [slowestPublishMs, rss, floods] = [0, start.rss, 0];
  await flooded.ask("reset", { times: false });
  await readers.ask("reset", { times: true });
  // In parts, so that those who read have each part before the next comes.
  for (let bytes = 0; bytes < plan.floodBytes; bytes += PART * FLOOD_EVENT_BYTES) {
    const { slowestMs } = await server.ask("publish", { channel: "flood", events: PART, everyMs: 2 });
    floods += PART;
    await flooded.ask("wait", { events: 2 * floods, timeoutMs: 20_000 });
    slowestPublishMs = Math.max(slowestPublishMs, slowestMs);
    rss = Math.max(rss, (await server.ask("state", {})).rss);
  }
  const during = await readers.ask("wait", { events: floods, timeoutMs: 20_000 });
  const after = await ticks(server, readers);
  const received = await flooded.ask("wait", { events: 2 * floods + TICKS, timeoutMs: 20_000 });
  const { at: since } = await server.ask("state", {});
  await server.ask("publish", { channel: "tick", events: 1, everyMs: 1 });
  const state = await server.ask("state", {});
  const resumed = await flooded.ask("resume", { since });
  return {
    ...{ before, during, after, flooded: received, slowestPublishMs, state, resumed },
    growth: Math.max(rss, state.rss) - start.rss,
    budget: plan.stalled * MAX_QUEUE_BYTES,
  };
}

/** Less than a queue takes. */
const PART = 4;

async function ticks(server: Peer<SoakQuestions>, readers: Peer<ClientQuestions>): Promise<Received> {
  await readers.ask("reset", { times: true });
  await server.ask("publish", { channel: "tick", events: TICKS, everyMs: TICK_MS });
  return readers.ask("wait", { events: TICKS, timeoutMs: 20_000 });
}
