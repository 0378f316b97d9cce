import { join } from "node:path";
import type { NextConfig } from "next";

// Out of the workspace's root, where the packages are linked from.
const root = join(import.meta.dirname, "../../../..");

export default {
  typescript: { ignoreBuildErrors: true }, // the workspace has checked it, with its own compiler
  turbopack: { root },
  outputFileTracingRoot: root,
} satisfies NextConfig;
