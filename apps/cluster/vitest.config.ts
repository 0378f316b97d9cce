import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { reporters, shared } from "../../vitest.shared.ts";
import { isNatsHere, isRedisHere } from "./src/services.ts";

// What a machine cannot run, the summary of the test run says.
const notRun = new URL(".vitest/not-run.json", import.meta.url);
const missing = [
  ...(isRedisHere ? [] : [{ program: "redis-server", store: "Redis" }]),
  ...(isNatsHere ? [] : [{ program: "nats-server", store: "NATS" }]),
].map(({ program, store }) => ({
  what: `clusters on ${store}`,
  why: `no ${program} was found`,
  enable: `apt-get install -y ${program}`,
}));
rmSync(notRun, { force: true });
if (missing.length > 0) {
  mkdirSync(new URL(".", notRun), { recursive: true });
  writeFileSync(notRun, `${JSON.stringify(missing)}\n`);
}

export default defineConfig({
  ...shared,
  test: { reporters, include: ["test/**/*.test.ts"], testTimeout: 120_000 },
});
