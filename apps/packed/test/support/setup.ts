import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { otherNodes } from "runtimes";
import type { TestProject } from "vitest/node";
import { manifest, published, root } from "./packages.ts";
import { mustRun } from "./run.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A project outside the workspace that has installed the packed packages, as a user would. */
    project: string;
    /** A folder in it whose `@types/node` are those of the oldest Node that the packages run on. */
    oldest: string;
    /** The packed packages: their files, by folder of `packages/`. */
    tarballs: Readonly<Record<string, string>>;
  }
}

const OLDEST_NODE_TYPES = "@types/node@22.20.5";
const WORKERS_TYPES = "@cloudflare/workers-types@5.20261117.1";

/** Packs the built packages and installs them into an empty project outside the workspace. */
export default async function setup(project: TestProject): Promise<() => void> {
  tellNotRun();
  const folder = mkdtempSync(join(tmpdir(), "sse-packed-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const tarballs = await pack(folder);
    project.provide("tarballs", tarballs);
    const installed = await install(folder, Object.values(tarballs));
    project.provide("project", installed);
    project.provide("oldest", await installOldestTypes(installed));
  } catch (error) {
    remove();
    throw error;
  }
  return remove;
}

function tellNotRun(): void {
  const entry = {
    what: "the packed packages on Node 22 and 24",
    why: `their npm packages are not installed on ${process.platform} ${process.arch}`,
    enable: "npm test on Linux x64",
  };
  const folder = join(import.meta.dirname, "../../.vitest");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "not-run.json"), JSON.stringify(otherNodes.length === 2 ? [] : [entry]));
}

async function pack(folder: string): Promise<Readonly<Record<string, string>>> {
  for (const name of published) {
    if (!existsSync(join(root, "packages", name, "dist/index.js"))) {
      throw new Error(`packages/${name} is not built: run "npx pnpm@12.21.0 -r build" first.`);
    }
  }
  const { packageManager } = manifest(root) as unknown as { readonly packageManager: string };
  const filters = published.flatMap((name) => ["--filter", `@sse/${name}`]);
  await mustRun("npx", ["--yes", packageManager, ...filters, "pack", "--pack-destination", folder], root);
  return Object.fromEntries(
    published.map((name) => {
      const [file] = globSync(`sse-${name}-*.tgz`, { cwd: folder });
      if (file === undefined) throw new Error(`pnpm pack wrote no file for @sse/${name}.`);
      return [name, join(folder, file)];
    }),
  );
}

/** Without what npm would like to say beside, and without running what a package brings along. */
const INSTALL = [
  "install",
  ...["--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts", "--prefer-offline"],
];

async function install(folder: string, tarballs: readonly string[]): Promise<string> {
  const project = join(folder, "project");
  cpSync(join(import.meta.dirname, "../project"), project, { recursive: true });
  writeFileSync(join(project, "package.json"), '{ "name": "somebody", "private": true, "type": "module" }\n');
  const types = `@types/node@${manifest(join(root, "node_modules/@types/node")).version}`;
  // Who opens the door of a store has its client: the versions that this workspace tests with.
  const { peerDependencies = {}, devDependencies = {} } = manifest(join(root, "packages/server"));
  const peers = Object.keys(peerDependencies).map((name) => `${name}@${devDependencies[name]}`);
  await mustRun("npm", [...INSTALL, ...tarballs, types, WORKERS_TYPES, ...peers], project);
  return project;
}

async function installOldestTypes(project: string): Promise<string> {
  const folder = join(project, "oldest");
  cpSync(join(import.meta.dirname, "../project/types"), join(folder, "types"), { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  await mustRun("npm", [...INSTALL, OLDEST_NODE_TYPES], folder);
  return folder;
}
