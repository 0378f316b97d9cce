// server.ts
import { createHub } from "@sse/server";
import { scores } from "./scores.ts";

export const table: Record<string, number> = {};

export const hub = createHub(scores, {
  replay: { maxEvents: 1000, maxAgeMs: 10 * 60_000, maxBytes: 8 * 2 ** 20 },
  async *snapshot() {
    yield scores.event("table", { ...table });
  },
});

export async function goal(team: string): Promise<string> {
  table[team] = (table[team] ?? 0) + 1;
  return hub.publish("goal", { team });
}
