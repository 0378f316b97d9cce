import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../pages.ts";

/** One entry point of a package: what `import … from "@sse/server/node"` reads. */
export interface Door {
  readonly name: string;
  /** Its source file, as a path of this machine. */
  readonly file: string;
}

const PACKAGES = ["protocol", "server", "client"];

/** Every door that the packages' manifests open. */
export function doors(): readonly Door[] {
  return PACKAGES.flatMap((folder) => {
    const base = join(root, "packages", folder);
    const { name, exports } = JSON.parse(readFileSync(join(base, "package.json"), "utf8")) as {
      readonly name: string;
      readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
    };
    return Object.entries(exports).flatMap(([path, target]) => {
      const file = typeof target === "string" ? undefined : target["@sse/source"];
      return file === undefined ? [] : [{ name: `${name}${path.slice(1)}`, file: join(base, file) }];
    });
  });
}
