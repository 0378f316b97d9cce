import { expect } from "vitest";
import { stop, type TestBrowser } from "../src/browsers.ts";
import { Chance } from "../src/chance.ts";
import { Fleet, WAYS, type Way } from "../src/fleet.ts";
import { NumbersServer } from "../src/server.ts";
import { percentile, takeoverMs, verdict, wasForced } from "../src/verdict.ts";

/** `TABS_SEED=… npx vitest run` in this folder repeats a run. */
const seed = Number(process.env.TABS_SEED ?? Math.floor(Math.random() * 1e9));
/** `TABS_TIMES=1` beside it judges the times, too: for a machine that does nothing else. */
const judgesTimes = process.env.TABS_TIMES !== undefined;

/** What was there in the end. */
export interface Survival {
  /** How often a page came back as it was, out of the back/forward cache. */
  readonly keptPages: number;
  /** How often a tab that followed was away for a while. */
  readonly naps: number;
}

/** Four tabs, and so many ends of each way for the one that leads. */
export async function survive(
  browser: TestBrowser,
  times: Readonly<Partial<Record<Way, number>>>,
): Promise<Survival> {
  const server = await NumbersServer.start();
  const started = await browser.start();
  try {
    const fleet = new Fleet(started, server);
    for (const slot of ["A", "B", "C", "D"]) await fleet.open(slot);
    await fleet.settle();
    const ways = WAYS.flatMap((way) => Array<Way>(times[way] ?? 0).fill(way));
    console.log(`${browser.name}: TABS_SEED=${seed}`);
    // Those that hang come first. Later tabs of Firefox may share a process: they hang together, and nobody notices.
    const order = new Chance(seed).shuffle(ways).sort((a, b) => Number(b === "hang") - Number(a === "hang"));
    for (const [index, way] of order.entries()) {
      await fleet.change(way);
      if (index % 6 === 0) await fleet.nap();
    }
    server.pause();
    await fleet.finish();
    return judge(browser.name, server, fleet);
  } finally {
    await stop(started);
    await server.close();
  }
}

function judge(name: string, server: NumbersServer, fleet: Fleet): Survival {
  const { changes } = fleet;
  const { stallMs } = server;
  const took = (...ways: readonly Way[]) =>
    changes.filter(({ way }) => ways.includes(way)).map((change) => takeoverMs(server, change));
  const notes = [...server.tabs.values()].flat().map(([what]) => what);
  const keptPages = notes.filter((what) => what === "back").length;
  const clean = changes.filter(({ way }) => way !== "hang");
  const forced = clean.filter((change) => wasForced(server, change)).length;
  const found = { ...verdict(server, fleet), forced, naps: fleet.naps, keptPages, stallMs };
  console.log(`${name}: ${changes.length} changes of the leader`);
  console.table(Object.fromEntries(Object.entries(found).map(([what, is]) => [what, Math.round(is)])));
  console.table(
    WAYS.flatMap((way) => {
      const [p50, p95, max] = [50, 95, 100].map((hundredth) => Math.round(percentile(took(way), hundredth)));
      const times = took(way).length;
      return times === 0 || way === "hang"
        ? []
        : [{ way, times, "p50 ms": p50, "p95 ms": p95, "max ms": max }];
    }),
  );
  expect(found).toMatchObject({ lost: 0, repeated: 0, disordered: 0, gaps: 0 });
  // A leader that hangs lets go of nothing: that shows that force is seen where it is used.
  expect(changes.some((change) => change.way === "hang" && wasForced(server, change))).toBe(true);
  // The next leader hears that the last one let go; it finds out for itself only where the machine stood still.
  expect(forced).toBeLessThan(clean.length / 5);
  if (!judgesTimes) return { keptPages, naps: fleet.naps };
  // What is promised, and what the machine added to everything that happened on it.
  expect(found.silenceMs).toBeLessThan(2500 + stallMs);
  expect(percentile(took("close", "reload", "navigate", "freeze"), 95)).toBeLessThan(150 + stallMs);
  // What was let go of may be on its way to the server for a moment; a second reader would stay.
  expect(found.overlapMs).toBeLessThan(1000 + stallMs);
  return { keptPages, naps: fleet.naps };
}
