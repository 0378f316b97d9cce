import { readFileSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../../../..");

/** The packages that are published: folders of `packages/`. */
export const published: readonly string[] = ["protocol", "server", "client"];

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly main?: string;
  readonly types?: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** A package.json, which npm or pnpm has read before us. */
export function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** What a package can be imported by: `@sse/server`, `@sse/server/node`. */
export function doors({ name, exports }: Manifest): readonly string[] {
  return Object.keys(exports)
    .filter((door) => door !== "./package.json")
    .map((door) => name + door.slice(1));
}
