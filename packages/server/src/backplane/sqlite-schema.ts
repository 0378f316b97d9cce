/**
 * A database of `node:sqlite` (Node, Deno) or `bun:sqlite`, or another with these calls: what is used of it. Give the
 * backplane a connection of its own, since it has transactions.
 */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
}

/** A prepared statement of such a database: what is used of it. */
export interface SqliteStatement {
  // Each library has a type of its own for what SQLite can hold.
  // biome-ignore lint/suspicious/noExplicitAny: all of them are to fit
  run(...values: any[]): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  get(...values: any[]): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  all(...values: any[]): unknown[];
}

/** The rows of the one that says where the log stands. */
export interface StateRow {
  readonly epoch: string;
  readonly head: number;
  readonly first: number;
  readonly bytes: number;
  readonly oldest: number;
  readonly elsewhere: number;
}

export interface EventRow {
  readonly offset: number;
  readonly channel: string;
  readonly payload: Uint8Array;
  readonly facts: string;
}

export interface SizeRow {
  readonly offset: number;
  readonly channel: string;
  readonly size: number;
  readonly at: number;
}

/** The statements of a log, each prepared once. */
export interface SqliteStatements {
  readonly version: SqliteStatement;
  readonly state: SqliteStatement;
  readonly save: SqliteStatement;
  readonly append: SqliteStatement;
  readonly after: SqliteStatement;
  readonly sizesOf: SqliteStatement;
  readonly eventsOf: SqliteStatement;
  readonly oldest: SqliteStatement;
  readonly letGo: SqliteStatement;
  readonly markTrimmed: SqliteStatement;
  readonly countTrimmed: SqliteStatement;
  readonly mergeTrimmed: SqliteStatement;
  readonly forgetTrimmed: SqliteStatement;
  readonly trimmedOf: SqliteStatement;
  readonly once: SqliteStatement;
  readonly remember: SqliteStatement;
  readonly forget: SqliteStatement;
}

/** Makes what is not there yet. Every commit is on the disk before it returns: an epoch outlives crashes. */
export function prepareDatabase(db: SqliteDatabase, name: string, epoch: string): SqliteStatements {
  const table = (part: string): string => `"sse_${name}_${part}"`;
  const [state, log, trimmed, once] = [table("state"), table("log"), table("trimmed"), table("once")];
  db.exec("PRAGMA busy_timeout = 5000");
  db.exec("PRAGMA journal_mode = WAL");
  db.exec("PRAGMA synchronous = FULL");
  db.exec("BEGIN IMMEDIATE");
  try {
    db.exec(`
    CREATE TABLE IF NOT EXISTS ${state} (id INTEGER PRIMARY KEY CHECK (id = 1), epoch TEXT NOT NULL, head INTEGER NOT NULL,
      first INTEGER NOT NULL, bytes INTEGER NOT NULL, oldest INTEGER NOT NULL, elsewhere INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS ${log} ("offset" INTEGER PRIMARY KEY, at INTEGER NOT NULL, channel TEXT NOT NULL,
      facts TEXT NOT NULL, payload BLOB NOT NULL);
    CREATE INDEX IF NOT EXISTS ${table("by_channel")} ON ${log} (channel, "offset");
    CREATE TABLE IF NOT EXISTS ${trimmed} (channel TEXT PRIMARY KEY, "offset" INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS ${table("trimmed_by_offset")} ON ${trimmed} ("offset");
    CREATE TABLE IF NOT EXISTS ${once} ("key" TEXT PRIMARY KEY, "offset" INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS ${table("once_by_time")} ON ${once} (at);
    INSERT OR IGNORE INTO ${state} VALUES (1, '${epoch}', 0, 1, 0, 0, 0);
    COMMIT`);
  } catch (error) {
    // Otherwise the file stays locked for everybody as long as the caller's connection lives.
    db.exec("ROLLBACK");
    throw error;
  }
  // From here on nobody waits inside SQLite, which would hold up everything else.
  db.exec("PRAGMA busy_timeout = 0");
  const inChannels = "channel IN (SELECT value FROM json_each(?))";
  const size = "length(payload) + length(channel) + 64 AS size";
  const sources: Record<keyof SqliteStatements, string> = {
    version: "PRAGMA data_version",
    state: `SELECT epoch, head, first, bytes, oldest, elsewhere FROM ${state}`,
    save: `UPDATE ${state} SET head = ?, first = ?, bytes = ?, oldest = ?, elsewhere = ?`,
    append: `INSERT INTO ${log} VALUES (?, ?, ?, ?, ?)`,
    after: `SELECT "offset", channel, payload, facts FROM ${log} WHERE "offset" > ? ORDER BY "offset" LIMIT ?`,
    sizesOf: `SELECT "offset", ${size} FROM ${log} WHERE "offset" > ? AND ${inChannels} ORDER BY "offset" LIMIT ?`,
    eventsOf: `SELECT "offset", channel, payload, facts FROM ${log} WHERE "offset" > ? AND "offset" <= ? AND ${inChannels} ORDER BY "offset"`,
    oldest: `SELECT "offset", channel, at, ${size} FROM ${log} ORDER BY "offset" LIMIT 256`,
    letGo: `DELETE FROM ${log} WHERE "offset" < ?`,
    markTrimmed: `INSERT OR REPLACE INTO ${trimmed} VALUES (?, ?)`,
    countTrimmed: `SELECT count(*) AS count FROM ${trimmed}`,
    mergeTrimmed: `SELECT "offset" FROM ${trimmed} ORDER BY "offset" LIMIT 1 OFFSET ?`,
    forgetTrimmed: `DELETE FROM ${trimmed} WHERE "offset" <= ?`,
    trimmedOf: `SELECT max(coalesce(t."offset", ?)) AS highest FROM json_each(?) AS c LEFT JOIN ${trimmed} AS t ON t.channel = c.value`,
    once: `SELECT "offset" FROM ${once} WHERE "key" = ? AND at > ?`,
    remember: `INSERT OR REPLACE INTO ${once} VALUES (?, ?, ?)`,
    forget: `DELETE FROM ${once} WHERE at <= ?`,
  };
  // The same names on both sides.
  return Object.fromEntries(
    Object.entries(sources).map(([key, sql]) => [key, db.prepare(sql)]),
  ) as unknown as SqliteStatements;
}
