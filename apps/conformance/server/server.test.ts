import { afterAll, describe, expect, test } from "vitest";
import { matrixOf, tableOf } from "../matrix/matrix.ts";
import { keep, keptMatrix, readPage } from "../matrix/page.ts";
import { type Result, type RuntimeName, runChecks } from "../runners/check.ts";
import { closeBrowser, hasBrowser } from "./browser.ts";
import { native } from "./checks/native.ts";
import { HOSTS, Host, isInstalled } from "./host.ts";
import { serverList } from "./list.ts";
import { ServerTools } from "./tools.ts";

const LIMIT_MS = 240_000;
const runtimes = [...HOSTS.keys()];
// One that is not there is named in the summary of the run: vitest.config.ts.
const list = hasBrowser ? serverList : serverList.filter((check) => !native.includes(check));
const installed = runtimes.filter(isInstalled);

const results = new Map<RuntimeName, readonly Result[]>();
const runs = new Map<RuntimeName, Promise<void>>();
for (const runtime of installed) {
  const run = checkIn(runtime);
  run.catch(() => {}); // its tests say it
  runs.set(runtime, run);
}

async function checkIn(runtime: RuntimeName): Promise<void> {
  await using host = await Host.start(runtime);
  const tools = new ServerTools(runtime, host.port);
  results.set(runtime, await runChecks(list, tools, { atATime: 6, limitMs: 90_000 }));
}

afterAll(async () => {
  await Promise.allSettled(runs.values());
  await closeBrowser();
}, LIMIT_MS);

describe.each(installed)("the server in %s", (runtime) => {
  test.each(list)(
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

describe("the matrix of the server", () => {
  test(
    "is what the page shows",
    async () => {
      await Promise.allSettled(runs.values());
      const matrix = matrixOf(serverList, runtimes, results);
      console.log(tableOf(matrix));
      const page = keep("server", matrix);
      // Where a program is missing its part cannot be compared.
      if (installed.length < runtimes.length || !hasBrowser) return;
      expect(readPage()).toBe(page);
      expect(keptMatrix("server")).toEqual(matrix);
    },
    LIMIT_MS,
  );
});
