import { defineConfig } from "vitest/config";
import { reporters, shared } from "../../vitest.shared.ts";

const include = ["{src,test}/**/*.test.ts"];

export default defineConfig({
  ...shared,
  test: {
    reporters,
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          environment: "node",
          include,
          typecheck: { enabled: true, include: ["{src,test}/**/*.test-d.ts"], tsconfig: "./tsconfig.test.json" },
        },
      },
      { extends: true, test: { name: "happy-dom", environment: "happy-dom", include } },
    ],
  },
});
