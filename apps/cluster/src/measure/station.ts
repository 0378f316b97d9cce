import { createServer } from "node:http";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { createHub } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { job, send } from "../job.ts";
import { timed } from "./contract.ts";
import type { StationAnswer, StationJob, StationOrder } from "./messages.ts";
import { openAnyStore } from "./stores.ts";

// A process with a hub on a store: it serves, and publishes when it is told to.
const { store, port } = job<StationJob>();
const { backplane } = await openAnyStore(store);
const hub = createHub(timed, { backplane, limits: { maxConnections: 10_000 } });
const filler = "x".repeat(120);

createServer(toNodeListener(hub.respond)).listen(port, "127.0.0.1", () => send({ listening: true }));
process.on("disconnect", () => process.exit(0));
process.on("message", async (order: StationOrder) => {
  if (order.kind === "flood") send(await flood(order.seconds, order.inFlight));
  else if (order.kind === "pace") send(await pace(order.seconds, order.perSecond));
  else if (order.kind === "count") send(await publishMany(order.events));
  else send(answer(0, ""));
});

function publish(): Promise<string> {
  return hub.publish("timed", { at: performance.timeOrigin + performance.now(), filler });
}

/** As fast as the log takes them, with so many under way. */
async function flood(seconds: number, inFlight: number): Promise<StationAnswer> {
  const end = performance.now() + seconds * 1000;
  let published = 0;
  while (performance.now() < end) {
    await Promise.all(Array.from({ length: inFlight }, publish));
    published += inFlight;
    await delay(0); // memory answers at once, and sockets want a turn, too
  }
  return answer(published, "");
}

async function pace(seconds: number, perSecond: number): Promise<StationAnswer> {
  const all: Promise<string>[] = [];
  const began = performance.now();
  for (let n = 0; n < seconds * perSecond; n++) {
    await delay(Math.max(0, began + (n * 1000) / perSecond - performance.now()));
    all.push(publish());
  }
  await Promise.all(all);
  return answer(all.length, "");
}

/** So many events; `from` is the position before them. */
async function publishMany(events: number): Promise<StationAnswer> {
  const from = await publish();
  for (let n = 0; n < events; n += 100) await Promise.all(Array.from({ length: 100 }, publish));
  return answer(events, from);
}

function answer(published: number, from: string): StationAnswer {
  const { user, system } = process.cpuUsage();
  return { published, from, cpuMs: (user + system) / 1000 };
}
