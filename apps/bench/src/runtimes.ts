import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** An executable that runs the worker. */
export interface Runtime {
  readonly name: RuntimeName;
  readonly path: string;
  readonly args: readonly string[];
}

export const runtimeNames = ["node24", "node26", "bun", "deno"] as const;
export type RuntimeName = (typeof runtimeNames)[number];

const BENCH = "../node_modules/";
const ROOT = "../../../node_modules/";

/** By path, since the packages' commands have the same names. The first that is there is taken. */
const PLACES: { readonly [name in RuntimeName]: readonly string[] } = {
  node24: [`${BENCH}node24/bin/node`],
  node26: ["linux-x64", "linux-arm64", "darwin-x64", "bin-darwin-arm64"].map(
    (p) => `${ROOT}node-${p}/bin/node`,
  ),
  bun: [`${BENCH}@oven/bun-linux-x64/bin/bun`],
  deno: [`${BENCH}@deno/linux-x64-glibc/deno`],
};

const ARGUMENTS: { readonly [name in RuntimeName]: readonly string[] } = {
  node24: [],
  node26: [],
  bun: [],
  deno: ["run", "--allow-all", "--no-lock", "--node-modules-dir=manual"],
};

/** Undefined where the optional package is not installed, as on another platform. */
export function findRuntime(name: RuntimeName): Runtime | undefined {
  const path = PLACES[name].map((place) => fileURLToPath(new URL(place, import.meta.url))).find(existsSync);
  return path === undefined ? undefined : { name, path, args: ARGUMENTS[name] };
}
