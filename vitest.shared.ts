import { defaultClientConditions, defaultServerConditions } from "vite";
import type { ViteUserConfig } from "vitest/config";

const SOURCE = "@sse/source";

/** Workspace packages resolve to their sources, so that tests need no build. */
export const shared: ViteUserConfig = {
  resolve: { conditions: [SOURCE, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [SOURCE, ...defaultServerConditions] } },
};

/** A JSON result per package, which `scripts/test.ts` adds up into the closing line. */
export const reporters: NonNullable<NonNullable<ViteUserConfig["test"]>["reporters"]> = [
  "default",
  ["json", { outputFile: ".vitest/result.json" }],
];
