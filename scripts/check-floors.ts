import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readPlan } from "./floors/plan.ts";
import { type Sources, violations } from "./floors/rules.ts";

const root = join(import.meta.dirname, "..");
const plan = readPlan(readFileSync(join(root, "floors.json"), "utf8"));

const folders = readdirSync(join(root, "packages"));
const unplanned = folders.filter((folder) => !Object.hasOwn(plan, folder));
const found = unplanned.map((folder) => `packages/${folder}: is not in floors.json`);
for (const [folder, its] of Object.entries(plan)) found.push(...violations(folder, its, sources(folder)));

for (const line of found) console.error(line);
if (found.length > 0) process.exitCode = 1;
else console.log(`Imports go down in ${folders.length} packages.`);

function sources(folder: string): Sources {
  const base = join(root, "packages", folder);
  const paths = ["src", "test"].flatMap((part) => typeScriptFiles(base, part));
  return new Map(paths.map((path) => [path, readFileSync(join(base, path), "utf8")]));
}

function typeScriptFiles(base: string, part: string): readonly string[] {
  try {
    return readdirSync(join(base, part), { recursive: true, encoding: "utf8" })
      .map((path) => `${part}/${path.replaceAll("\\", "/")}`)
      .filter((path) => path.endsWith(".ts"))
      .sort();
  } catch {
    return []; // no such folder
  }
}
