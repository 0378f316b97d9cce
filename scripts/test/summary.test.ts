import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import type { Report } from "./report.ts";
import { summary } from "./summary.ts";

const report: Report = {
  tests: [
    { name: "@sse/protocol", counts: { passed: 40, failed: 0, skipped: 1 }, ms: 2345, note: "" },
    { name: "demo", counts: { passed: 0, failed: 1, skipped: 0 }, ms: 0, note: "FAILED: left no result" },
  ],
  checks: [
    { name: "floors", outcome: "ok" },
    { name: "sizes", outcome: "failed" },
  ],
  notRun: [{ what: "the page in Chromium", why: "none was found", enable: "apt-get install chromium" }],
};

test("the summary ends with the plain line", () => {
  expect(summary(report).split("\n").at(-1)).toBe("41 passed, 2 failed, 2 skipped");
});

test("every package, every failed check and everything that could not run has its line", () => {
  const lines = stripVTControlCharacters(summary(report)).split("\n");
  expect(lines).toContain("  @sse/protocol       40        0        1    2.3 s");
  expect(lines).toContain("  demo                 0        1        0    0.0 s   FAILED: left no result");
  expect(lines).toContain("  FAILED   sizes");
  expect(lines).toContain("  NOT RUN  the page in Chromium: none was found.");
  expect(lines).toContain("           To run them: apt-get install chromium");
});
