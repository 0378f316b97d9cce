import { createInterface } from "node:readline";
import { loadAdapter } from "./adapters/index.ts";
import { makeCorpus } from "./corpus.ts";
import type { Job, Report, Sample } from "./job.ts";
import type { Sum } from "./sink.ts";
import { type Pass, Work } from "./workload.ts";

/** The child process: one adapter, one workload, one corpus. It takes a sample for every line on its input. */
const job = JSON.parse(process.argv[2] ?? "{}") as Job; // written by runner.ts, of the same version

let last: Sum | undefined;

async function timed(pass: Pass, passes: number): Promise<Sample> {
  const wall = performance.now();
  const cpu = process.cpuUsage();
  for (let i = 0; i < passes; i++) {
    const sum = pass(false);
    last = sum instanceof Promise ? await sum : sum;
  }
  const { user, system } = process.cpuUsage(cpu);
  return { cpuNs: ((user + system) * 1000) / passes, wallNs: ((performance.now() - wall) * 1e6) / passes };
}

/** Runs until it is warm, and says how many passes make a sample. */
async function warmUp(pass: Pass): Promise<number> {
  const end = performance.now() + job.warmupMs;
  let fastest = Number.POSITIVE_INFINITY;
  let passes = 1;
  do {
    const { wallNs } = await timed(pass, passes);
    fastest = Math.min(fastest, wallNs);
    passes = Math.max(1, Math.floor((job.warmupMs * 1e6) / 10 / fastest));
  } while (performance.now() < end);
  return Math.max(1, Math.round((job.sampleMs * 1e6) / fastest));
}

function say(report: Report): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

async function main(): Promise<void> {
  const adapter = await loadAdapter(job.adapter);
  const corpus = makeCorpus(job.corpus);
  const work = new Work(adapter, job.workload, corpus, job.chunking);
  const complaint = adapter.floor ? undefined : await work.complaint();
  if (complaint !== undefined) return say({ kind: "wrong", reason: complaint });
  const passes = await warmUp(work.pass);
  say({ kind: "ready", bytes: corpus.bytes.length, events: corpus.events.length });
  for await (const _line of createInterface({ input: process.stdin })) {
    say({ kind: "sample", ...(await timed(work.pass, passes)) });
  }
  if (last === undefined) throw new Error("Nothing was run.");
}

await main().catch((error: unknown) => say({ kind: "wrong", reason: String(error) }));
