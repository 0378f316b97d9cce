import { afterAll, describe, expect, test } from "vitest";
import { type Result, type RuntimeName, runChecks } from "../runners/check.ts";
import { type ProgramName, programs } from "../runners/programs.ts";
import { Host } from "./host.ts";
import { serverList } from "./list.ts";
import { ServerTools } from "./tools.ts";

const PROGRAMS: readonly (readonly [RuntimeName, ProgramName])[] = [["node26", "node26"]];
const LIMIT_MS = 60_000;
const installed = PROGRAMS.filter(([, program]) => programs[program].path !== undefined);

const results = new Map<RuntimeName, readonly Result[]>();
const runs = new Map<RuntimeName, Promise<void>>();
for (const [runtime, program] of installed) {
  const run = checkIn(runtime, program);
  run.catch(() => {}); // its tests say it
  runs.set(runtime, run);
}

async function checkIn(runtime: RuntimeName, program: ProgramName): Promise<void> {
  await using host = await Host.start(program);
  const tools = new ServerTools(runtime, host.port);
  results.set(runtime, await runChecks(serverList, tools, { atATime: 6, limitMs: 20_000 }));
}

afterAll(async () => {
  await Promise.allSettled(runs.values());
}, LIMIT_MS);

describe.each(installed)("the server in %s", (runtime) => {
  test.each(serverList)(
    "$name",
    async ({ name, gaps }) => {
      await runs.get(runtime);
      const result = results.get(runtime)?.find((one) => one.name === name);
      const gap = gaps?.[runtime];
      if (gap === undefined) expect(result).toEqual({ ...result, name, outcome: "passed" });
      else expect(result, `is no gap any more: ${gap}`).toEqual({ ...result, name, outcome: "failed" });
    },
    LIMIT_MS,
  );
});
