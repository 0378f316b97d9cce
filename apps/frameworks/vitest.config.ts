import { defineConfig } from "vitest/config";
import { patience, reporters } from "../../vitest.shared.ts";

// No source conditions here: what the frameworks bundle is what a user installs.
export default defineConfig({
  test: { ...patience, reporters, include: ["test/**/*.test.ts"], maxWorkers: 2, hookTimeout: 120_000 },
});
