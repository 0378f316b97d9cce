import { defineConfig } from "vitest/config";
import { reporters, shared } from "../../vitest.shared.ts";

export default defineConfig({
  ...shared,
  test: {
    reporters,
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Busy machines take their time; what is waited for comes, or the test fails.
    expect: { poll: { timeout: 20_000 } },
  },
});
