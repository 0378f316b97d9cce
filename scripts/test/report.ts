import { add, type Counts, countTests, type NotRun, none } from "./result.ts";
import type { TaskRuns } from "./turbo-run.ts";
import type { Workspace } from "./workspaces.ts";

/** The tests of one package. */
export interface TestRow {
  readonly name: string;
  readonly counts: Counts;
  readonly ms: number;
  /** What a reader has to know beside the numbers. */
  readonly note: string;
}

/** One thing that is right or wrong as a whole. It counts like one test. */
export interface CheckRow {
  readonly name: string;
  readonly outcome: "ok" | "failed" | "not run";
}

/** Everything that a run of the tests has to say. */
export interface Report {
  readonly tests: readonly TestRow[];
  readonly checks: readonly CheckRow[];
  readonly notRun: readonly NotRun[];
}

/** What every package's task of this name came to. */
export function taskChecks(task: string, members: readonly Workspace[], runs: TaskRuns): readonly CheckRow[] {
  return members
    .filter(({ scripts }) => scripts.includes(task))
    .map(({ name }) => {
      const run = runs.get(`${name}#${task}`);
      return { name: `${name} ${task}`, outcome: run === undefined ? "not run" : run.ok ? "ok" : "failed" };
    });
}

/**
 * What the tests of one package came to: `report` is the text of its result file. Nothing is believed without one, and
 * a task that failed has at least one failure, whatever its file says.
 */
export function testRow(name: string, runs: TaskRuns, report: string | undefined): TestRow {
  const run = runs.get(`${name}#test`);
  if (run === undefined) {
    return { name, counts: { ...none, skipped: 1 }, ms: 0, note: "NOT RUN: something it needs failed" };
  }
  const { cached, ms, ok } = run;
  const oneFailed: Counts = { ...none, failed: 1 };
  if (report === undefined) return { name, counts: oneFailed, ms, note: "FAILED: left no result" };
  let counts: Counts;
  try {
    counts = countTests(report);
  } catch (error) {
    return { name, counts: oneFailed, ms, note: `FAILED: left an unreadable result (${String(error)})` };
  }
  if (!ok && counts.failed === 0) counts = add(counts, oneFailed);
  const empty = counts.passed + counts.failed + counts.skipped === 0;
  if (empty) return { name, counts: oneFailed, ms, note: "FAILED: has no tests" };
  return { name, counts, ms, note: counts.failed > 0 ? "FAILED" : cached ? "unchanged" : "" };
}

/** Tests, checks, and what this machine could not run: as one sum. */
export function total({ tests, checks, notRun }: Report): Counts {
  const byOutcome = (outcome: CheckRow["outcome"]): number =>
    checks.filter((row) => row.outcome === outcome).length;
  const ofChecks = { passed: byOutcome("ok"), failed: byOutcome("failed"), skipped: byOutcome("not run") };
  return tests.map((row) => row.counts).reduce(add, add(ofChecks, { ...none, skipped: notRun.length }));
}

/** Whether all is green. What only this machine cannot run is no failure; it is said loudly instead. */
export function isGreen(report: Report): boolean {
  const everythingRan = report.checks.every(({ outcome }) => outcome === "ok");
  const { passed, failed } = total(report);
  return (
    everythingRan &&
    failed === 0 &&
    passed > 0 &&
    report.tests.every(({ note }) => !note.startsWith("NOT RUN"))
  );
}
