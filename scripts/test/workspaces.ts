import { globSync } from "node:fs";
import { dirname, join } from "node:path";
import { textOf } from "./result.ts";

/** A member of the workspace, and the names of the scripts in its package.json. */
export interface Workspace {
  readonly name: string;
  readonly directory: string;
  readonly scripts: readonly string[];
}

/** The members of the workspace: the packages, then the apps, then the scripts. */
export function workspaces(root: string): readonly Workspace[] {
  return ["packages/*", "apps/*", "scripts"].flatMap((pattern) =>
    globSync(`${pattern}/package.json`, { cwd: root })
      .sort()
      .map((path) => {
        // pnpm has read it before us: it is a package.json
        const manifest = JSON.parse(textOf(join(root, path)) ?? "") as {
          readonly name: string;
          readonly scripts?: Readonly<Record<string, string>>;
        };
        const directory = dirname(path).replaceAll("\\", "/");
        return { name: manifest.name, directory, scripts: Object.keys(manifest.scripts ?? {}) };
      }),
  );
}
