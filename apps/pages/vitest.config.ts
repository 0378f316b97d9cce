import { defineConfig } from "vitest/config";
import { reporters, shared } from "../../vitest.shared.ts";

export default defineConfig({
  ...shared,
  test: {
    reporters,
    include: ["{test,wpt}/**/*.test.ts"],
    globalSetup: ["support/setup.ts"],
    // The tests wait for the browser, not for this process.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
