import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { reporters, shared } from "../../vitest.shared.ts";
import { chromium, firefox } from "./src/browsers.ts";

// A browser that is not there is named in the summary of the test run.
const missing = [chromium, firefox].filter(({ path }) => path === undefined);
const notRun = new URL(".vitest/not-run.json", import.meta.url);
rmSync(notRun, { force: true });
if (missing.length > 0) {
  mkdirSync(new URL(".", notRun), { recursive: true });
  const rows = missing.map(({ name, enable }) => ({
    what: `one connection for all tabs, in ${name} (apps/tabs)`,
    why: `no ${name} was found`,
    enable,
  }));
  writeFileSync(notRun, `${JSON.stringify(rows)}\n`);
}

export default defineConfig({
  ...shared,
  test: {
    reporters,
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: missing.map(({ name }) => `test/${name.toLowerCase()}.test.ts`),
    testTimeout: 900_000,
    hookTimeout: 60_000,
  },
});
