import { setTimeout as delay } from "node:timers/promises";
import { Cluster, type Size } from "./cluster.ts";
import type { Fault, Gaps, Pace } from "./faults.ts";
import { Replica } from "./replica.ts";
import { Service } from "./services.ts";

export interface Outcome {
  readonly fault: string;
  readonly store: Fault["store"];
  readonly expected: Gaps;
  /** How many clients were told of so many gaps. */
  readonly gaps: Readonly<Record<number, number>>;
  readonly published: number;
  readonly delivered: number;
  /** Publishes that had to be made again. */
  readonly retried: number;
  /** Losses, repeats, disorder and clients that ended. */
  readonly problems: readonly string[];
  readonly clientsRssBytes: number;
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
    const { published, retried, events, gaps, problems, rssBytes } = await cluster.finish();
    return {
      fault: fault.name,
      store: fault.store,
      expected: fault.gaps,
      gaps: countOf(gaps),
      published,
      delivered: events,
      retried,
      problems: [...problems, ...unexpected(fault.gaps, gaps)],
      clientsRssBytes: rssBytes,
      tookMs: Math.round(performance.now() - began),
    };
  } finally {
    await cluster?.stop();
    await replica?.remove();
    await store.remove();
  }
}

function countOf(gaps: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const each of gaps) counts[each] = (counts[each] ?? 0) + 1;
  return counts;
}

function unexpected(expected: Gaps, gaps: readonly number[]): string[] {
  const right = expected === "one" ? 1 : 0;
  return gaps.flatMap((each, index) =>
    each === right ? [] : [`client ${index} was told of ${each} gaps, not of ${right}`],
  );
}
