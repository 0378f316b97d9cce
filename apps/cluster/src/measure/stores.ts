import { DatabaseSync } from "node:sqlite";
import { type Backplane, memoryBackplane } from "@sse/server";
import { sqliteBackplane } from "@sse/server/sqlite";
import { openStore } from "../store.ts";
import type { AnyStore } from "./messages.ts";

export async function openAnyStore(store: AnyStore): Promise<{ readonly backplane: Backplane }> {
  const replay = { maxEvents: 200_000, maxBytes: 256 * 2 ** 20, maxAgeMs: 600_000 };
  if (store.kind === "memory") return { backplane: memoryBackplane({ replay }) };
  if (store.kind === "sqlite")
    return { backplane: sqliteBackplane(new DatabaseSync(store.file), { replay }) };
  return openStore(store, { replay });
}
