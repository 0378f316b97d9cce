import { type Cell, targetOf } from "./cells.ts";
import { Child } from "./child.ts";
import type { Job, Sample } from "./job.ts";
import type { AdapterResult, CellResult, Settings } from "./result.ts";
import type { Runtime } from "./runtimes.ts";

/** Reading a corpus a few times takes well under a second; what is not ready by then is not linear. */
const TIMEOUT_MS = 8000;
/** The same for the cells that have up to 64 MB to read. */
const GROWTH_TIMEOUT_MS = 40_000;

/** One adapter in one cell, over all its processes. */
interface Runner {
  readonly name: string;
  readonly samples: Sample[];
  readonly timeoutMs: number;
  status: AdapterResult["status"];
  reason?: string;
  child?: Child;
}

/** Measures one cell on one runtime: everyone's process is started and warmed, then they take turns. */
export async function runCell(cell: Cell, runtime: Runtime, settings: Settings): Promise<CellResult> {
  const timeoutMs = cell.reach === "growth" ? GROWTH_TIMEOUT_MS : TIMEOUT_MS;
  const runners: Runner[] = cell.adapters.map((name) => ({ name, samples: [], status: "ok", timeoutMs }));
  const size = { bytes: 0, events: 0 };
  for (let n = 0; n < settings.processes; n++) {
    try {
      for (const runner of runners) await start(runner, cell, runtime, settings, size);
      for (let round = 0; round < settings.rounds; round++) {
        // Who goes first changes with the round: nobody always runs behind the same neighbour.
        for (let i = 0; i < runners.length; i++)
          await takeSample(runners[(i + round) % runners.length] as Runner);
      }
    } finally {
      for (const runner of runners) runner.child?.stop();
    }
  }
  const adapters: { [name: string]: AdapterResult } = {};
  for (const { name, status, reason, samples } of runners) {
    adapters[name] = { status, ...(reason === undefined ? {} : { reason }), samples };
  }
  const { id, corpus, chunking } = cell;
  return {
    id,
    corpus,
    chunking,
    runtime: runtime.name,
    ...size,
    target: targetOf(id, runtime.name),
    adapters,
  };
}

async function start(
  runner: Runner,
  cell: Cell,
  runtime: Runtime,
  settings: Settings,
  size: { bytes: number; events: number },
): Promise<void> {
  if (runner.status !== "ok" || slowEnough(runner)) return;
  const { workload, corpus, chunking } = cell;
  const { sampleMs, warmupMs } = settings;
  const job: Job = { adapter: runner.name, workload, corpus, chunking, sampleMs, warmupMs };
  runner.child = new Child(runtime, job);
  const report = await runner.child.ready(runner.timeoutMs);
  if (report?.kind === "ready") {
    size.bytes = report.bytes;
    size.events = report.events;
    return;
  }
  giveUp(runner, report?.kind === "wrong" ? report.reason : undefined);
}

async function takeSample(runner: Runner): Promise<void> {
  if (runner.status !== "ok" || runner.child === undefined || slowEnough(runner)) return;
  const sample = await runner.child.sample(runner.timeoutMs);
  if (sample !== undefined) runner.samples.push(sample);
  else giveUp(runner, undefined);
}

/** One sample of more than a second says enough; ten would be the whole bench. */
function slowEnough({ samples }: Runner): boolean {
  return (samples[0]?.wallNs ?? 0) > 1e9;
}

function giveUp(runner: Runner, wrong: string | undefined): void {
  runner.status = wrong === undefined ? "slow" : "wrong";
  runner.reason = wrong ?? `not done in ${runner.timeoutMs / 1000} s`;
  runner.samples.length = 0;
  runner.child?.stop();
}
