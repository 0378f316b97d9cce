import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import type { Machine } from "./result.ts";
import type { Runtime } from "./runtimes.ts";

const HERE = fileURLToPath(new URL("../", import.meta.url));

export function describeMachine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? "unknown",
    cores: all.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
  };
}

/** What was measured: the packages as they are pinned, and ours with its commit. */
export function versionsFor(runtime: Runtime): { [name: string]: string } {
  const manifest = readManifest(`${HERE}package.json`);
  const versions: { [name: string]: string } = { [runtime.name]: runtimeVersion(runtime) };
  for (const [name, version] of Object.entries(manifest.dependencies ?? {})) {
    if (!version.startsWith("workspace:")) versions[name] = version;
    else versions[name] = `${readManifest(`${HERE}node_modules/${name}/package.json`).version} (${commit()})`;
  }
  return versions;
}

interface Manifest {
  readonly version: string;
  readonly dependencies?: { readonly [name: string]: string };
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, "utf8")) as Manifest; // a package.json that pnpm has read
}

function runtimeVersion({ path }: Runtime): string {
  return /\d+\.\d+\.\d+/.exec(execFileSync(path, ["--version"], { encoding: "utf8" }))?.[0] ?? "unknown";
}

function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync("git", args, { cwd: HERE, encoding: "utf8" }).trim();
    const sources = ["../../packages/protocol/src", "../../packages/server/src"];
    const changed = git("status", "--porcelain", "--", ...sources) !== "";
    return `${git("rev-parse", "--short", "HEAD")}${changed ? " and changes" : ""}`;
  } catch {
    return "no commit";
  }
}
