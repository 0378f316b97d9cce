import { existsSync, globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

export const root: string = join(import.meta.dirname, "../../..");
/** Where the files are that the pages show. */
export const files: string = join(import.meta.dirname, "../pages");

/** Written by others' programs, or not of TypeScript: nothing of them is compiled here. */
const GENERATED = /^docs\/(benchmarks.*|faults|runtimes)\.md$/;

/** The pages that people wrote, as paths from the root. */
export function pages(): readonly string[] {
  return globSync("docs/**/*.md", { cwd: root })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !GENERATED.test(path))
    .sort();
}

export function read(page: string): string {
  return readFileSync(join(root, page), "utf8");
}

/** The folder of a page's files. The recipes share one, since they serve one hub. */
export function folderOf(page: string): string {
  const name = page.replace(/^docs\//, "").replace(/\.md$/, "");
  return name.startsWith("recipes/") ? "recipes" : name;
}

/** A file's text; undefined where there is none. */
export function fileOf(page: string, file: string): string | undefined {
  const path = join(files, folderOf(page), file);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** Every file that there is for the pages, as paths from their folder. Declarations are not shown. */
export function allFiles(): readonly string[] {
  return globSync("**/*.*", { cwd: files })
    .concat(globSync("**/Caddyfile", { cwd: files }))
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !path.endsWith(".d.ts"))
    .sort();
}

/** Where the links of a page lead inside this repository, as paths from the root. */
export function linksOf(page: string, markdown: string): readonly string[] {
  const prose = markdown.replaceAll(/^```[\s\S]*?^```$/gm, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target as string)
    .filter((target) => !/^(https?:|#)/.test(target))
    .map((target) => posix.join(posix.dirname(page), target.replace(/#.*$/, "")));
}
