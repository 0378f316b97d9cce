import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { textOf } from "./result.ts";

/** What became of one task of one package. */
export interface TaskRun {
  readonly ok: boolean;
  /** Whether an earlier run with the very same inputs answered for this one. */
  readonly cached: boolean;
  readonly ms: number;
}

/** By `<package>#<task>`. A task that did not run, since one that it needs had failed, is not in it. */
export type TaskRuns = ReadonlyMap<string, TaskRun>;

const FLAGS = [
  "--continue=dependencies-successful",
  "--output-logs=errors-only",
  "--log-order=grouped",
  "--summarize",
];

/** Runs these tasks in every package; shows the logs of those that fail. */
export function runTasks(root: string, tasks: readonly string[]): TaskRuns {
  const runs = join(root, ".turbo", "runs");
  rmSync(runs, { recursive: true, force: true });
  spawnSync("turbo", ["run", ...tasks, ...FLAGS], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  const [file] = listed(runs);
  const summary = file === undefined ? undefined : textOf(join(runs, file));
  return summary === undefined ? new Map() : readRun(summary);
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // turbo stopped before it ran anything
  }
}

interface Task {
  readonly taskId: string;
  readonly cache?: { readonly status?: string; readonly timeSaved?: number };
  readonly execution?: {
    readonly startTime: number;
    readonly endTime: number;
    readonly exitCode?: number | null;
  };
}

/** Reads the summary that turbo writes of a run. */
export function readRun(summary: string): TaskRuns {
  // turbo's own file of this very run, in the shape of the version that package.json pins
  const { tasks } = JSON.parse(summary) as { readonly tasks: readonly Task[] };
  const runs = new Map<string, TaskRun>();
  for (const { taskId, cache, execution } of tasks) {
    if (execution === undefined) continue;
    const cached = cache?.status === "HIT";
    const ms = cached ? (cache?.timeSaved ?? 0) : execution.endTime - execution.startTime;
    runs.set(taskId, { ok: execution.exitCode === 0, cached, ms });
  }
  return runs;
}
