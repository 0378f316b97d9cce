import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { API_PAGE, apiPage, committedApiPage } from "./api/page.ts";
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

// The list of exports is made from the packages' docstrings.
const api = apiPage();
if (!existsSync(join(root, API_PAGE)) || committedApiPage() !== api) {
  writeFileSync(join(root, API_PAGE), api);
  console.log(API_PAGE);
}
