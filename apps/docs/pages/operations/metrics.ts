// metrics.ts

import { defineEvents, json } from "@sse/protocol";
import { type CloseReason, createHub, type GapReason, type Hub } from "@sse/server";

const news = defineEvents({ headline: json<{ n: number }>() });
const closed = new Map<CloseReason, number>();
const gaps = new Map<GapReason, number>();
const count = <K>(counts: Map<K, number>, key: K): unknown => counts.set(key, (counts.get(key) ?? 0) + 1);

export const hub: Hub<(typeof news)["events"]> = createHub(news, {
  hooks: {
    closed: (_connection, reason) => count(closed, reason),
    gap: (_connection, reason) => count(gaps, reason),
  },
});

/** In Prometheus' text format. The reasons are closed lists, so the number of series is bounded. */
export function metrics(): string {
  const { connections, published, delivered, dropped } = hub.stats();
  return [
    `sse_connections ${connections}`,
    `sse_published_total ${published}`,
    `sse_delivered_total ${delivered}`,
    `sse_dropped_total ${dropped}`,
    ...[...closed].map(([reason, times]) => `sse_closed_total{reason="${reason}"} ${times}`),
    ...[...gaps].map(([reason, times]) => `sse_gaps_total{reason="${reason}"} ${times}`),
    "",
  ].join("\n");
}
