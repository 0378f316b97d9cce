import { defineConfig } from "vitest/config";
import { reporters, shared } from "../../vitest.shared.ts";

export default defineConfig({
  ...shared,
  test: {
    reporters,
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/setup.ts"],
    // The tests wait for servers, not for this process: each has its own, so all of a file run at once.
    sequence: { concurrent: true },
    maxConcurrency: 8,
    maxWorkers: 3,
    testTimeout: 120_000,
  },
});
