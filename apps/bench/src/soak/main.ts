import { buildPackages } from "../build.ts";
import { measureDrain } from "./drain.ts";
import { drainFailures, drainLines, slowFailures, slowLines, slowness, unevenness } from "./report.ts";
import { measureSlow } from "./slow.ts";

/** `npm run soak`: many connections, of which some are as bad as can be. A few minutes. */
const SLOW = { stalled: 1_000, flooded: 100, readers: 8_900, floodBytes: 8_000_000 };
const DRAIN = { connections: 5_000, overMs: 10_000, retryMs: 2_000, publishEveryMs: 200 };

buildPackages("protocol", "server", "client");
const failures: string[] = [];
const report = (lines: readonly string[], found: readonly string[]): void => {
  console.log([...lines, ...found.map((sentence) => `  ✗ ${sentence}`), ""].join("\n"));
  failures.push(...found);
};
for (const slowConsumer of ["disconnect", "drop-oldest", "latest"] as const) {
  const outcome = await measureSlow({ ...SLOW, slowConsumer }, [process.execPath]);
  report(slowLines(outcome), [...slowFailures(outcome), ...slowness(outcome)]);
}
const drained = await measureDrain(DRAIN);
report(drainLines(drained), [...drainFailures(drained), ...unevenness(drained)]);
console.log(failures.length === 0 ? "Everything holds." : `${failures.length} things do not hold.`);
process.exitCode = failures.length === 0 ? 0 : 1;
