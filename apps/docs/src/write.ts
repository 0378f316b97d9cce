import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { withBlocks } from "./blocks.ts";
import { fileOf, pages, read, root } from "./pages.ts";

// Puts the files of apps/docs/pages into the blocks that show them.
for (const page of pages()) {
  const before = read(page);
  const after = withBlocks(page, before, ({ file }) => (file === undefined ? undefined : fileOf(page, file)));
  if (after === before) continue;
  writeFileSync(join(root, page), after);
  console.log(page);
}
