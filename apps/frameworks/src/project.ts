import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { promisify } from "node:util";
import type { Framework } from "./framework.ts";

const root = join(import.meta.dirname, "..");
const recipes = join(root, "../docs/pages/recipes");
const SHARED = ["events.ts", "global-hub.ts"];

/** No word to anybody outside, and nothing of the test runner's. */
export const environment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(NODE_OPTIONS|VITEST.*)$/.test(name)),
  ),
  NODE_ENV: "production",
  CI: "1",
  ASTRO_TELEMETRY_DISABLED: "1",
  DO_NOT_TRACK: "1",
  NEXT_TELEMETRY_DISABLED: "1",
  NUXT_TELEMETRY_DISABLED: "1",
};

/** Makes the framework's project out of what it needs and the recipes, builds it, and gives its folder. */
export async function built({ name, recipes: files, shared, build }: Framework): Promise<string> {
  const folder = join(root, ".projects", name);
  rmSync(folder, { recursive: true, force: true });
  const given = join(root, "projects", name); // some need no file beside the recipes
  if (existsSync(given)) cpSync(given, folder, { recursive: true });
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  write(join(folder, "package.json"), JSON.stringify({ name, private: true, type: "module", dependencies }));
  for (const file of SHARED) write(join(folder, shared, file), recipe(file, "."));
  for (const [target, file] of Object.entries(files)) {
    const to = posix.relative(posix.dirname(target), shared);
    write(join(folder, target), recipe(file, to.startsWith(".") ? to : `./${to}`));
  }
  if (build === undefined) return folder;
  const [program = "", ...args] = build;
  await promisify(execFile)(process.execPath, [script(folder, program), ...args], {
    cwd: folder,
    env: environment,
    timeout: 180_000,
  });
  return folder;
}

/** A recipe as it stands. In the pages all are in one folder, here they are where their framework wants them. */
function recipe(file: string, shared: string): string {
  const code = readFileSync(join(recipes, file), "utf8");
  return code.replaceAll(/from "\.\//g, `from "${shared === "" ? "." : shared}/`);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** A file of the project, or of an installed package. */
export function script(folder: string, path: string): string {
  return path.startsWith("./") ? join(folder, path) : join(root, "node_modules", path);
}
