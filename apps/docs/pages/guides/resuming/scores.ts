// scores.ts
import { defineEvents, json } from "@sse/protocol";

export const scores = defineEvents({
  table: json<Record<string, number>>(), // all of it
  goal: json<{ team: string }>(), // what changes it
});
