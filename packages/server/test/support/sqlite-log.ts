import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Backplane } from "../../src/index.ts";
import { type SqliteDatabase, sqliteBackplane } from "../../src/sqlite.ts";
import type { BackplaneUnderTest } from "../contracts/backplane.ts";

/** How a runtime opens a file as a database. */
export type OpenDatabase = (file: string) => SqliteDatabase & { close(): void };

/** A log in a file of its own, opened by the library of one runtime or another. */
export async function logInAFile(openDatabase: OpenDatabase): Promise<BackplaneUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), "sse-sqlite-"));
  const opened: [Backplane, { close(): void }][] = [];
  return {
    async open(replay) {
      const database = openDatabase(join(folder, "events.db"));
      const backplane = sqliteBackplane(database, { pollMs: 5, replay });
      opened.push([backplane, database]);
      return backplane;
    },
    async dispose() {
      for (const [backplane, database] of opened) {
        await backplane.close();
        database.close();
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
