// file-store.ts
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { CursorStore } from "@sse/client";

/** A cursor for a program: it goes on where it was when it starts again. */
export const fileStore = (path: string): CursorStore => ({
  load: () => (existsSync(path) ? readFileSync(path, "utf8") : undefined),
  save: (_url, lastEventId) => writeFileSync(path, lastEventId),
  clear: () => rmSync(path, { force: true }),
});
