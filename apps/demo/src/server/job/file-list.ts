import { lstatSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";

export interface ListedFile {
  /** Below the folder, with "/" on every system. */
  readonly path: string;
  readonly bytes: number;
}

/** Every regular file under a folder, in one order that is the same each time. Links are not followed. */
export function listFiles(folder: string): ListedFile[] {
  const files: ListedFile[] = [];
  const walk = (below: string): void => {
    const entries = readdirSync(join(folder, below), { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const path = join(below, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) {
        // A file can go while we look, as .git does its own work.
        const facts = lstatSync(join(folder, path), { throwIfNoEntry: false });
        if (facts !== undefined) files.push({ path: path.replaceAll(sep, "/"), bytes: facts.size });
      }
    }
  };
  walk("");
  return files;
}
