import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Fault, faults, type Pace } from "./faults.ts";
import { seededRandom } from "./random.ts";
import { isNatsHere, isRedisHere } from "./services.ts";
import { type Outcome, tryFault } from "./trial.ts";

// The long run: every fault with many clients and outages as long as real ones. See README.md.
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    only: { type: "string", default: "" },
    clients: { type: "string", default: "200" },
    rate: { type: "string", default: "1000" },
    outage: { type: "string", default: "20" },
    keep: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);
const size = {
  clients: Number(values.clients),
  channels: 20,
  channelsPerClient: 2,
  eventsPerSecond: Number(values.rate),
};
const pace: Pace = {
  random: seededRandom(seed),
  calmMs: 15_000,
  outageMs: Number(values.outage) * 1000,
  drainMs: 5000,
  cuts: 40,
};
const isHere = ({ store }: Fault): boolean => (store === "redis" ? isRedisHere : isNatsHere);
const chosen = faults.filter(({ name }) => new RegExp(values.only, "i").test(name));

console.log(
  `${size.clients} clients, ${size.eventsPerSecond} events/s, outages of ${values.outage} s; --seed ${seed}`,
);
let bad = 0;
const outcomes: Outcome[] = [];
for (const fault of chosen) {
  if (!isHere(fault)) {
    console.log(`NOT RUN, for want of its server: ${fault.name}`);
    continue;
  }
  const line = await tryFault(fault, size, pace).then(row, (error: unknown) => {
    bad++;
    return `FAILED  ${fault.name}: ${error instanceof Error ? error.message : String(error)}`;
  });
  console.log(line);
}
if (values.keep) keep();
// At once: left to itself, Node 26 was seen to spin for ever over the handles of sockets that were reset.
process.exit(bad === 0 ? 0 : 1);

function row(outcome: Outcome): string {
  outcomes.push(outcome);
  if (outcome.problems.length > 0) bad++;
  const gaps = Object.entries(outcome.gaps).map(([gaps, clients]) => `${gaps} for ${clients}`);
  return [
    outcome.problems.length === 0 ? "ok      " : "FAILED  ",
    `${outcome.fault}: ${outcome.published} published, ${outcome.delivered} delivered, `,
    `${outcome.retried} published again, gaps: ${gaps.join(", ")}, `,
    `longest silence ${(outcome.longestSilenceMs / 1000).toFixed(1)} s, `,
    `${Math.round(outcome.clientsRssBytes / 1_048_576)} MB in the clients, `,
    `${Math.round(outcome.serversRssBytes / 1_048_576)} MB in the largest server, ${Math.round(outcome.tookMs / 1000)} s`,
    ...outcome.problems.slice(0, 5).map((problem) => `\n        ${problem}`),
  ].join("");
}

function keep(): void {
  const result = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0]?.model ?? "?"}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB`,
    node: process.version,
    seed,
    ...size,
    outageMs: pace.outageMs,
    outcomes,
  };
  const file = join(import.meta.dirname, "..", "results", "soak.json");
  writeFileSync(file, `${JSON.stringify(result, undefined, 2)}\n`);
}
