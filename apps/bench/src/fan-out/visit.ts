import { fileURLToPath } from "node:url";
import { findRuntime, type Runtime } from "../runtimes.ts";
import type { BroadcasterOptions } from "./broadcaster.ts";
import type { ClientQuestions, Cpu, PublishOrder, Received, ServerQuestions } from "./messages.ts";
import { Peer } from "./peer.ts";
import type { Visit } from "./plan.ts";
import type { FanResult, VisitResult } from "./result.ts";

const SERVER = fileURLToPath(new URL("server.ts", import.meta.url));
const CLIENT = fileURLToPath(new URL("client.ts", import.meta.url));
const TIMEOUT_MS = 30_000;
/** A sample ends after this, however many turns are left. */
const MAX_SAMPLE_MS = 2_500;

const QUIET: BroadcasterOptions = { heartbeatMs: false, slowConsumer: "disconnect" };

/** What each connection costs. */
type Opened = VisitResult["idle"] & Pick<VisitResult, "acceptUs">;

/** A server and its clients, in a process each. */
export class Pair implements Disposable {
  readonly server: Peer<ServerQuestions>;
  readonly client: Peer<ClientQuestions>;

  private constructor(server: Peer<ServerQuestions>, client: Peer<ClientQuestions>) {
    this.server = server;
    this.client = client;
  }

  static async start(adapter: string, runtime: Runtime, options: BroadcasterOptions = QUIET): Promise<Pair> {
    const args = [...runtime.args, ...gcArgument(runtime), SERVER, adapter, JSON.stringify(options)];
    const server = new Peer<ServerQuestions>([runtime.path, ...args]);
    const { port } = await server.first<{ port: number }>();
    const client = new Peer<ClientQuestions>([clientPath(), CLIENT, String(port)]);
    await client.first();
    return new Pair(server, client);
  }

  /** Opens clients and takes what each of them costs. */
  async open(connections: number, stalled = 0): Promise<Opened> {
    const before = await this.server.ask("memory", {});
    await this.server.ask("cpu", {});
    const { open } = await this.client.ask("open", { connections, stalled });
    const cpu = await this.server.ask("cpu", {});
    if (open !== connections) throw new Error(`${open} of ${connections} connections were opened.`);
    const after = await this.server.ask("memory", {});
    if (after.connections !== connections)
      throw new Error(`The server has ${after.connections} connections.`);
    return {
      acceptUs: each(cpu, connections),
      rss: (after.rss - before.rss) / connections,
      heap: (after.heap - before.heap) / connections,
    };
  }

  /** Publishes, until everybody has everything; gives the server's processor time for it. */
  async publish(
    order: PublishOrder,
    times = false,
  ): Promise<{ cpu: Cpu; received: Received; events: number }> {
    await this.client.ask("reset", { times });
    await this.server.ask("cpu", {});
    const { published: events } = await this.server.ask("publish", order);
    const received = await this.client.ask("wait", { events, timeoutMs: TIMEOUT_MS });
    return { cpu: await this.server.ask("cpu", {}), received, events };
  }

  [Symbol.dispose](): void {
    this.client.stop();
    this.server.stop();
  }
}

export async function makeVisit(visit: Visit, runtime: Runtime, round: number): Promise<VisitResult> {
  const { adapter, connections } = visit;
  using pair = await Pair.start(adapter, runtime);
  const { acceptUs, ...idle } = await pair.open(connections);
  // Warm, and complete: what is measured is what everybody comes to.
  const warm = { turns: Math.ceil(80_000 / connections), perTurn: 1, everyMs: 1, padding: 0, maxMs: 2000 };
  let isComplete = (await pair.publish(warm)).received.incomplete === 0;
  const fans: FanResult[] = [];
  for (const { perTurn, turns, everyMs } of visit.fans) {
    const order = { turns, perTurn, everyMs, padding: 0, maxMs: MAX_SAMPLE_MS };
    const { cpu, received, events } = await pair.publish(order);
    isComplete &&= received.incomplete === 0;
    const deliveries = events * connections;
    fans.push({ perTurn, userUs: cpu.userUs / deliveries, systemUs: cpu.systemUs / deliveries });
  }
  const latency = visit.latency && (await latencyOf(pair, visit.latency));
  return { adapter, connections, round, isComplete, acceptUs, idle, fans, ...(latency && { latency }) };
}

async function latencyOf(
  pair: Pair,
  { turns, everyMs }: { readonly turns: number; readonly everyMs: number },
): Promise<{ p50: number; p99: number }> {
  const order = { turns, perTurn: 1, everyMs, padding: 0, maxMs: 60_000 };
  const { p50 = Number.NaN, p99 = Number.NaN } = (await pair.publish(order, true)).received;
  return { p50, p99 };
}

export function each({ userUs, systemUs }: Cpu, count: number): number {
  return (userUs + systemUs) / count;
}

function gcArgument({ name }: Runtime): readonly string[] {
  if (name === "bun") return [];
  return name === "deno" ? ["--v8-flags=--expose-gc"] : ["--expose-gc"];
}

/** The clients run on the same runtime whatever the server runs on. */
function clientPath(): string {
  return (findRuntime("node24") ?? findRuntime("node26"))?.path ?? process.execPath;
}
