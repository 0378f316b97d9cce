import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { reporters, shared } from "../../vitest.shared.ts";
import { programs } from "./runners/programs.ts";

// A program that is not there is named in the summary of the test run.
const missing = Object.entries(programs).filter(([, { path }]) => path === undefined);
const notRun = new URL(".vitest/not-run.json", import.meta.url);
rmSync(notRun, { force: true });
if (missing.length > 0) {
  mkdirSync(new URL(".", notRun), { recursive: true });
  const rows = missing.map(([name, { enable }]) => ({
    what: `what the client and the server promise, in ${name} (apps/conformance)`,
    why: `${name} was not found`,
    enable,
  }));
  writeFileSync(notRun, `${JSON.stringify(rows)}\n`);
}

export default defineConfig({
  ...shared,
  test: {
    reporters,
    include: ["**/*.test.ts"],
    testTimeout: 60_000,
  },
});
