import { expect, test } from "vitest";
import { readRun } from "./turbo-run.ts";

test("a task counts as run only with an execution, and as good only with exit code 0", () => {
  const runs = readRun(
    JSON.stringify({
      tasks: [
        {
          taskId: "a#test",
          cache: { status: "MISS" },
          execution: { startTime: 10, endTime: 35, exitCode: 0 },
        },
        {
          taskId: "b#test",
          cache: { status: "HIT", timeSaved: 900 },
          execution: { startTime: 1, endTime: 2, exitCode: 0 },
        },
        { taskId: "c#test", cache: { status: "MISS" }, execution: { startTime: 1, endTime: 2, exitCode: 1 } },
        {
          taskId: "d#test",
          cache: { status: "MISS" },
          execution: { startTime: 1, endTime: 2, exitCode: null },
        },
        { taskId: "e#test", cache: { status: "MISS" } },
      ],
    }),
  );
  expect(Object.fromEntries(runs)).toEqual({
    "a#test": { ok: true, cached: false, ms: 25 },
    "b#test": { ok: true, cached: true, ms: 900 },
    "c#test": { ok: false, cached: false, ms: 1 },
    "d#test": { ok: false, cached: false, ms: 1 },
  });
});
