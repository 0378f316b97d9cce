import { defineConfig } from "vitest/config";
import { reporters, shared } from "../../vitest.shared.ts";

export default defineConfig({
  ...shared,
  test: { reporters, include: ["{src,test}/**/*.test.ts"], maxConcurrency: 12, testTimeout: 180_000 },
});
