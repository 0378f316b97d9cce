import { expect, test } from "vitest";
import { isGreen, type Report, taskChecks, testRow, total } from "./report.ts";
import type { TaskRun } from "./turbo-run.ts";

const ran: TaskRun = { ok: true, cached: false, ms: 1200 };
const runs = (run: TaskRun) => new Map([["a#test", run]]);

function result(passed: number, failed = 0, skipped = 0, testResults: readonly unknown[] = []): string {
  return JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: skipped,
    numTodoTests: 0,
    success: failed === 0 && testResults.length === 0,
    testResults,
  });
}

test("tests count as their result file says", () => {
  const row = testRow("a", runs(ran), result(7, 0, 2));
  expect(row).toEqual({ name: "a", counts: { passed: 7, failed: 0, skipped: 2 }, ms: 1200, note: "" });
});

test("a result from the cache counts the same and says so", () => {
  const row = testRow("a", runs({ ...ran, cached: true }), result(7));
  expect(row).toMatchObject({ counts: { passed: 7 }, note: "unchanged" });
});

test.each([
  ["no result file", undefined, "FAILED: left no result"],
  ["half a result file", '{"numPassedTests": 3', /^FAILED: left an unreadable result/],
  ["a result file of another shape", "{}", /^FAILED: left an unreadable result/],
  ["a result without a single test", result(0), "FAILED: has no tests"],
])("%s is one failure, even if the task went well", (_what, text, note) => {
  const row = testRow("a", runs(ran), text);
  expect(row.counts).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(row.note).toMatch(note);
});

test("a task that failed has a failure, even if every test passed", () => {
  expect(testRow("a", runs({ ...ran, ok: false }), result(7)).counts).toEqual({
    passed: 7,
    failed: 1,
    skipped: 0,
  });
  expect(testRow("a", runs({ ...ran, ok: false }), result(5, 2)).counts).toEqual({
    passed: 5,
    failed: 2,
    skipped: 0,
  });
});

test("a test file that cannot be collected is a failure beside the others", () => {
  const broken = { status: "failed", assertionResults: [] };
  const failing = { status: "failed", assertionResults: [{ status: "failed" }] };
  expect(testRow("a", runs({ ...ran, ok: false }), result(5, 1, 0, [broken, failing])).counts.failed).toBe(2);
});

test("tests that never ran are skipped, and the run is not green", () => {
  const row = testRow("a", new Map(), result(7));
  expect(row.counts).toEqual({ passed: 0, failed: 0, skipped: 1 });
  const report: Report = { tests: [row], checks: [{ name: "x", outcome: "ok" }], notRun: [] };
  expect(isGreen(report)).toBe(false);
});

test("a check is expected of every package that has the script", () => {
  const members = [
    { name: "a", directory: "packages/a", scripts: ["build"] },
    { name: "b", directory: "packages/b", scripts: ["build"] },
    { name: "c", directory: "packages/c", scripts: ["build"] },
    { name: "d", directory: "packages/d", scripts: ["test"] },
  ];
  const outcomes = new Map([
    ["a#build", ran],
    ["b#build", { ...ran, ok: false }],
  ]);
  expect(taskChecks("build", members, outcomes)).toEqual([
    { name: "a build", outcome: "ok" },
    { name: "b build", outcome: "failed" },
    { name: "c build", outcome: "not run" },
  ]);
});

const green: Report = {
  tests: [testRow("a", runs(ran), result(7, 0, 1))],
  checks: [{ name: "floors", outcome: "ok" }],
  notRun: [],
};

test("the sum holds tests, checks and what this machine cannot run, which stays green", () => {
  const entry = { what: "the page in Chromium", why: "none was found", enable: "apt-get install chromium" };
  expect(total({ ...green, notRun: [entry] })).toEqual({ passed: 8, failed: 0, skipped: 2 });
  expect(isGreen({ ...green, notRun: [entry] })).toBe(true);
});

test("one failed check, one failed test or nothing passed at all is red", () => {
  expect(isGreen({ ...green, checks: [{ name: "floors", outcome: "failed" }] })).toBe(false);
  expect(isGreen({ ...green, checks: [{ name: "floors", outcome: "not run" }] })).toBe(false);
  expect(isGreen({ ...green, tests: [testRow("a", runs(ran), result(6, 1))] })).toBe(false);
  expect(isGreen({ tests: [], checks: [], notRun: [] })).toBe(false);
});
