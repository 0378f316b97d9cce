import { defaultClientConditions, defaultServerConditions } from "vite";
import type { ViteUserConfig } from "vitest/config";

const SOURCE = "@sse/source";

/** Workspace packages resolve to their sources, so that tests need no build. */
export const shared: ViteUserConfig = {
  resolve: { conditions: [SOURCE, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [SOURCE, ...defaultServerConditions] } },
};

/** How long a test may wait for what comes in a moment, on a machine with much else to do. */
export const patience: NonNullable<ViteUserConfig["test"]> = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 20_000 } },
};

/**
 * A JSON result per package, which `scripts/test.ts` adds up into the closing line. Under it (it names the machine) the
 * log holds only what failed.
 */
export const reporters: NonNullable<NonNullable<ViteUserConfig["test"]>["reporters"]> = [
  process.env.TEST_MACHINE === undefined ? "default" : "minimal",
  ["json", { outputFile: ".vitest/result.json" }],
];
