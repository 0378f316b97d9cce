import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { blocksOf } from "../src/blocks.ts";
import { allFiles, fileOf, folderOf, linksOf, pages, read, root } from "../src/pages.ts";

/** Blocks that are no file: commands to type, and what is seen on the wire or the screen. */
const LOOSE = ["sh", "http", "text"];

describe.each(pages())("%s", (page) => {
  const markdown = read(page);

  it("shows files that are compiled and run here, whole and as they are", () => {
    for (const { language, file, code, from } of blocksOf(page, markdown)) {
      const where = `${page}:${from}`;
      if (file === undefined) expect(LOOSE, `${where} names no file`).toContain(language);
      else
        expect(code, `${where}: npx pnpm@12.21.0 --filter docs run write puts it right`).toBe(
          fileOf(page, file),
        );
    }
  });

  it("links to what is there", () => {
    const missing = linksOf(page, markdown).filter((target) => !existsSync(join(root, target)));
    expect(missing).toEqual([]);
  });
});

it("no file is left that no page shows", () => {
  const shown = new Set(
    pages().flatMap((page) => blocksOf(page, read(page)).map(({ file }) => `${folderOf(page)}/${file}`)),
  );
  expect(allFiles().filter((file) => !shown.has(file))).toEqual([]);
});
