/// <reference lib="esnext.disposable" preserve="true" />
export { type SqliteBackplaneOptions, sqliteBackplane } from "./backplane/sqlite-backplane.ts";
export type { SqliteDatabase, SqliteStatement } from "./backplane/sqlite-schema.ts";
