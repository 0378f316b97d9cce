import { readFileSync } from "node:fs";

/** How many tests had which end. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const none: Counts = { passed: 0, failed: 0, skipped: 0 };

export function add(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/**
 * Counts the tests in a report of vitest's JSON reporter. A file that could not even be collected, or an error outside
 * of every test, counts as one failed test. Throws on anything that is no complete report.
 */
export function countTests(report: string): Counts {
  const read: unknown = JSON.parse(report);
  const passed = number(read, "numPassedTests");
  const pending = number(read, "numPendingTests") + number(read, "numTodoTests");
  const failed = number(read, "numFailedTests") + brokenFiles(read);
  return { passed, failed: failed === 0 && field(read, "success") !== true ? 1 : failed, skipped: pending };
}

/** The files that failed without a test of theirs having failed. */
function brokenFiles(report: unknown): number {
  const files = field(report, "testResults");
  if (!Array.isArray(files)) throw new TypeError("The test report has no testResults.");
  return files.filter((file) => {
    const tests = field(file, "assertionResults");
    const failedTest = Array.isArray(tests) && tests.some((test) => field(test, "status") === "failed");
    return field(file, "status") === "failed" && !failedTest;
  }).length;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function number(report: unknown, name: string): number {
  const value = field(report, name);
  if (typeof value !== "number") throw new TypeError(`The test report has no ${name}.`);
  return value;
}

/** Tests that this machine cannot run, as a package tells in `.vitest/not-run.json`. */
export interface NotRun {
  readonly what: string;
  readonly why: string;
  /** The one command that would enable them. */
  readonly enable: string;
}

export function parseNotRun(text: string): readonly NotRun[] {
  const read: unknown = JSON.parse(text);
  if (!Array.isArray(read)) throw new TypeError("not-run.json is not a list.");
  return read.map((entry) => ({
    what: String(field(entry, "what")),
    why: String(field(entry, "why")),
    enable: String(field(entry, "enable")),
  }));
}

/** The text of a file, or undefined where there is none. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
