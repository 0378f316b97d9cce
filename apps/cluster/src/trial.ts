import { setTimeout as delay } from "node:timers/promises";
import { Cluster, type Size } from "./cluster.ts";
import type { Fault, Gaps, Pace } from "./faults.ts";
import type { ClientsReport } from "./messages.ts";
import { Replica } from "./replica.ts";
import { Service } from "./services.ts";

export interface Outcome {
  readonly fault: string;
  readonly store: Fault["store"];
  readonly expected: Gaps;
  /** How many clients were told of which gaps: "none", or the reasons. */
  readonly gaps: Readonly<Record<string, number>>;
  readonly published: number;
  readonly delivered: number;
  /** Publishes that had to be made again. */
  readonly retried: number;
  /** For how long a client saw nothing, the one that waited longest. */
  readonly longestSilenceMs: number;
  /** Losses, repeats, disorder and clients that ended. */
  readonly problems: readonly string[];
  /** Memory at the end: of the process with all clients, and of the server that has most. */
  readonly clientsRssBytes: number;
  readonly serversRssBytes: number;
  readonly tookMs: number;
}

/** One fault, from a fresh store to the last event. Throws where clients are stuck. */
export async function tryFault(fault: Fault, size: Size, pace: Pace): Promise<Outcome> {
  const began = performance.now();
  const store = fault.store === "redis" ? await Service.redis(fault.durable) : await Service.nats();
  let cluster: Cluster | undefined;
  let replica: Replica | undefined;
  try {
    if (fault.replicated) replica = await Replica.of(store);
    cluster = await Cluster.start(fault.store, store.port, size);
    await delay(pace.random() * pace.calmMs);
    await fault.happen(cluster, store, pace, replica);
    await delay(pace.calmMs);
    await cluster.flow();
    const end = await cluster.finish();
    const { gaps } = end;
    return {
      fault: fault.name,
      store: fault.store,
      expected: fault.gaps,
      gaps: countOf(gaps),
      published: end.published,
      delivered: end.events,
      retried: end.retried,
      longestSilenceMs: end.longestSilenceMs,
      problems: [...end.problems, ...unexpected(fault.gaps, gaps)],
      clientsRssBytes: end.rssBytes,
      serversRssBytes: end.serversRssBytes,
      tookMs: Math.round(performance.now() - began),
    };
  } finally {
    await cluster?.stop();
    await replica?.remove();
    await store.remove();
  }
}

function countOf(gaps: ClientsReport["gaps"]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reasons of gaps) {
    const name = reasons.join(", ") || "none";
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function unexpected(expected: Gaps, gaps: ClientsReport["gaps"]): string[] {
  const right = expected === "one" ? 1 : 0;
  return gaps.flatMap((reasons, index) =>
    reasons.length === right ? [] : [`client ${index} was told of ${reasons.length} gaps, not of ${right}`],
  );
}
