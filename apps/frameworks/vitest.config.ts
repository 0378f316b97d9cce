import { defineConfig } from "vitest/config";
import { patience, reporters } from "../../vitest.shared.ts";

// No source conditions here: what the frameworks bundle is what a user installs.
export default defineConfig({
  // The hook builds; a quarter of this is what it took on a machine with three times as much to do as it has cores.
  test: { ...patience, reporters, include: ["test/**/*.test.ts"], maxWorkers: 2, hookTimeout: 240_000 },
});
