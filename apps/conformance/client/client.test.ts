import { afterAll, describe, expect, test } from "vitest";
import type { TestProject } from "vitest/node";
import startServer from "../../../packages/client/test/server/script-server.ts";
import { matrixOf, tableOf } from "../matrix/matrix.ts";
import { keep, keptMatrix, readPage } from "../matrix/page.ts";
import { bundle } from "../runners/bundle.ts";
import type { Result, RuntimeName } from "../runners/check.ts";
import { PostOffice } from "../runners/post-office.ts";
import { type ProgramName, programs } from "../runners/programs.ts";
import { runClient } from "../runners/run-client.ts";
import { clientList } from "./list.ts";

const RUNTIMES: Readonly<Record<ProgramName, readonly RuntimeName[]>> = {
  node22: ["node22"],
  node24: ["node24"],
  node26: ["node26"],
  deno: ["deno"],
  bun: ["bun"],
  workerd: ["workerd"],
  chromium: ["chromium", "chromium worker"],
  firefox: ["firefox", "firefox worker"],
  webkit: ["webkit", "webkit worker"],
};
/** More than any of the runs may take, which have limits of their own. */
const LIMIT_MS = 180_000;
const all = Object.keys(RUNTIMES) as ProgramName[]; // the keys of a literal
const installed = all.filter((name) => programs[name].path !== undefined);

const addresses: Record<string, string> = {};
// The server of the client's own tests, which asks a project for two things.
const project = {
  name: "conformance",
  provide(key: string, value: string) {
    addresses[key] = value;
  },
};
const stopServer = await startServer(project as unknown as TestProject);
const list = await bundle("client/list.ts");
const office = await PostOffice.open(list);
const { scriptServer: server = "", otherServer = "" } = addresses;

const results = new Map<RuntimeName, readonly Result[]>();
const runs = new Map<ProgramName, Promise<void>>();
// Two programs at a time: two cores are busy then, and nothing waits so long that its time limit passes.
const lanes = [
  installed.filter((name) => RUNTIMES[name].length === 1),
  installed.filter((name) => RUNTIMES[name].length > 1),
];
for (const lane of lanes) {
  let before: Promise<unknown> = Promise.resolve();
  for (const name of lane) {
    const run = before
      .then(() => runClient(name, { list, office, server, otherServer }))
      .then((got) => {
        for (const runtime of RUNTIMES[name]) results.set(runtime, got[runtime] ?? []);
      });
    run.catch(() => {}); // its tests say it
    runs.set(name, run);
    before = run.catch(() => {});
  }
}

afterAll(async () => {
  await Promise.allSettled(runs.values());
  await office[Symbol.asyncDispose]();
  await stopServer();
}, LIMIT_MS);

describe.each(installed)("the client in %s", (program) => {
  describe.each(RUNTIMES[program])("%s", (runtime) => {
    test.each(clientList)(
      "$name",
      async ({ name, gaps }) => {
        await runs.get(program);
        const result = results.get(runtime)?.find((one) => one.name === name);
        const gap = gaps?.[runtime];
        if (gap === undefined) expect(result).toEqual({ ...result, name, outcome: "passed" });
        else expect(result, `is no gap any more: ${gap}`).toEqual({ ...result, name, outcome: "failed" });
      },
      LIMIT_MS,
    );
  });
});

describe("the matrix of the client", () => {
  test(
    "is what the page shows",
    async () => {
      await Promise.allSettled(runs.values());
      const matrix = matrixOf(clientList, Object.values(RUNTIMES).flat(), results);
      console.log(tableOf(matrix));
      const page = keep("client", matrix);
      // Where a program is missing its column cannot be compared.
      if (all.some((name) => programs[name].path === undefined)) return;
      expect(readPage()).toBe(page);
      expect(keptMatrix("client")).toEqual(matrix);
    },
    LIMIT_MS,
  );
});
