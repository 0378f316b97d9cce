import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** A version of something, and the file to run. */
export interface Version {
  readonly name: string;
  readonly path: string;
}

/** The Nodes to test on beside the one that runs the tests: those which are installed for this platform. */
export const otherNodes: readonly Version[] = [
  installed("node22", "bin/node", () => require.resolve("node22/package.json")),
  installed("node24", "bin/node", () => require.resolve("node24/package.json")),
].filter((version) => version !== undefined);

/** The TypeScript compilers to test against: scripts that a Node runs. */
export const typeScripts: readonly Version[] = [
  installed("typescript59", "bin/tsc", () => require.resolve("typescript59/package.json")),
  installed("typescript60", "bin/tsc", () => require.resolve("typescript60/package.json")),
  installed("typescript70", "bin/tsc", () => require.resolve("typescript70/package.json")),
].filter((version) => version !== undefined);

function installed(name: string, file: string, manifest: () => string): Version | undefined {
  try {
    const path = join(dirname(manifest()), file);
    return existsSync(path) ? { name, path } : undefined;
  } catch {
    return undefined; // an optional dependency that this platform has no build of
  }
}
