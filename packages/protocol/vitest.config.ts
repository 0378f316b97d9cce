import { defineConfig } from "vitest/config";
import { patience, reporters, shared } from "../../vitest.shared.ts";

export default defineConfig({
  ...shared,
  test: {
    reporters,
    ...patience,
    include: ["{src,test}/**/*.test.ts"],
    typecheck: { enabled: true, include: ["{src,test}/**/*.test-d.ts"], tsconfig: "./tsconfig.test.json" },
  },
});
