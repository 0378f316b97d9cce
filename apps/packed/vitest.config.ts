import { defineConfig } from "vitest/config";
import { reporters } from "../../vitest.shared.ts";

// No source conditions here: what is tested is what a user installs.
export default defineConfig({
  test: {
    reporters,
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
