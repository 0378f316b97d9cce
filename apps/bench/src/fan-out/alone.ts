import { defineEvents } from "@sse/protocol";
import { createHub } from "@sse/server";
import { z } from "zod";
import { nextTick } from "./tick.ts";

const schema = z.object({ symbol: z.string(), price: z.number(), mark: z.string(), text: z.string() });
const events = defineEvents({ tick: schema });

/** What it costs to publish where nobody listens, with the log that it is kept in. */
export async function publishAlone(count: number, validate: boolean): Promise<{ readonly nsEach: number }> {
  await using hub = createHub(events, { validate });
  const ticks = Array.from({ length: 1000 }, () => nextTick().data);
  const run = async (n: number): Promise<number> => {
    const before = process.cpuUsage();
    for (let at = 0; at < n; at++) {
      const published = hub.publish("tick", ticks[at % ticks.length] ?? nextTick().data);
      // Once in a while, as a server does: the promises of a turn settle in it.
      if (at % 100 === 99) await published;
    }
    const { user, system } = process.cpuUsage(before);
    return ((user + system) * 1000) / n;
  };
  await run(count >> 1);
  return { nsEach: await run(count) };
}
