import type { Fault, StreamFault } from "./fault.ts";
import { judge } from "./judge.ts";
import { watch } from "./watch.ts";
import type { Face } from "./words.ts";

const PARALLEL = 4;

/** What a face makes of a fault. Trials that differ are told as such. */
export async function observe(fault: Fault, face: Face): Promise<string> {
  const expected = fault.sees[face];
  if (expected.startsWith("does not apply")) return expected;
  if ("observe" in fault) return fault.observe(face);
  const left = [...((await fault.variants?.()) ?? [0])];
  const outcomes = new Map<string, number>();
  const work = async () => {
    for (let variant = left.shift(); variant !== undefined; variant = left.shift()) {
      const outcome = await trial(fault, face, variant);
      if (!outcomes.has(outcome)) outcomes.set(outcome, variant);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  if (outcomes.size === 1) return [...outcomes.keys()].join();
  return [...outcomes].map(([outcome, variant]) => `${variant}: ${outcome}`).join(" | ");
}

async function trial(fault: StreamFault, face: Face, variant: number): Promise<string> {
  const site = await fault.open(variant);
  try {
    const options = typeof fault.options === "function" ? fault.options(site, face) : fault.options;
    const sighting = await watch(face, site.url, options);
    // A request does not announce that it goes on; its server knows.
    const resumed = options?.resume !== undefined && site.requests() > 1;
    if (face === "request" && !resumed && !fault.redirects && site.requests() > 1)
      return `asked ${site.requests()} times`;
    const { end, events, retries } = sighting;
    if (end === "still trying" && events.length === 0 && retries.length === 1000 && site.requests() === 1000)
      return "a thousand times, once for each wait";
    return judge(sighting, resumed || sighting.retries.length > 0, fault.leastMs);
  } finally {
    await site.close();
  }
}
