import type { RuntimeName } from "../runtimes.ts";

const SIZES = [100, 1_000, 10_000];
const PER_TURN = [1, 10, 100];

/** One server with so many clients, and how it is asked for events. */
export interface Visit {
  readonly adapter: string;
  readonly connections: number;
  /** How many events a turn; for each the turns, and how far they are apart. */
  readonly fans: readonly { readonly perTurn: number; readonly turns: number; readonly everyMs: number }[];
  /** Turns of one event at a fixed rate, whose latency is taken. */
  readonly latency: { readonly turns: number; readonly everyMs: number } | undefined;
}

export interface Settings {
  /** How often everybody is visited, by the number of connections. */
  readonly rounds: { readonly [connections: number]: number };
  readonly sizes: readonly number[];
  /** Whom everybody is compared with. */
  readonly base: string;
}

export const FULL: Settings = { rounds: { 100: 2, 1000: 3, 10000: 2 }, sizes: SIZES, base: "raw" };
export const QUICK: Settings = { rounds: { 1000: 3 }, sizes: [1_000], base: "raw" };

const NODE = [
  ...["raw", "ours", "ours-lean", "better-sse", "fastify-sse", "ours-srvx", "plain-srvx", "ours-hono-node"],
  ...["plain-hono-node", "h3", "hono"],
];

/** The same Responses on another server: one size says it. */
const ONE_SIZE: ReadonlySet<string> = new Set(["ours-hono-node", "plain-hono-node"]);

export function isMeasuredWith(adapter: string, connections: number, sizes: readonly number[]): boolean {
  return !ONE_SIZE.has(adapter) || connections === 1_000 || sizes.length === 1;
}

/** Who is measured on a runtime; the first is what everybody is compared with. */
export function adaptersOn(runtime: RuntimeName, quick: boolean): readonly string[] {
  if (runtime === "bun" || runtime === "deno") return ["plain-runtime", "ours-runtime"];
  return quick ? ["raw", "ours", "ours-lean", "better-sse", "ours-srvx", "plain-srvx"] : NODE;
}

/** They need several seconds for what takes others one: with the most connections they get less to do. */
const SLOW: ReadonlySet<string> = new Set(["h3", "hono"]);

export function visitOf(adapter: string, connections: number): Visit {
  const everyMs = { 100: 5, 1000: 25, 10000: 150 }[connections] ?? 25;
  const turns = { 100: 100, 1000: 30, 10000: 8 }[connections] ?? 30;
  const perTurns = connections >= 10_000 && SLOW.has(adapter) ? [1] : PER_TURN;
  return {
    adapter,
    connections,
    fans: perTurns.map((perTurn) => ({
      perTurn,
      turns: Math.max(3, Math.round(turns / perTurn ** 0.4)),
      everyMs,
    })),
    latency: connections === 1_000 ? { turns: 40, everyMs: 50 } : undefined,
  };
}
