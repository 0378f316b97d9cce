import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import type { Backplane } from "../../src/index.ts";
import { type SqliteBackplaneOptions, sqliteBackplane } from "../../src/sqlite.ts";
import { message, testBackplane } from "../contracts/backplane.ts";
import { testControl } from "../contracts/control.ts";
import { LogObserver } from "../support/log-observer.ts";
import { eventually } from "../support/serve.ts";
import { logInAFile } from "../support/sqlite-log.ts";

const onAFile = () => logInAFile((file) => new DatabaseSync(file));
testBackplane("on SQLite", onAFile);
testControl("on SQLite", onAFile);

describe("a log in a file", () => {
  const folder = mkdtempSync(join(tmpdir(), "sse-sqlite-"));
  let files = 0;
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  function newFile(): string {
    mkdirSync(folder, { recursive: true });
    return join(folder, `${++files}.db`);
  }
  function open(file: string, options: SqliteBackplaneOptions = {}): Backplane {
    const database = new DatabaseSync(file);
    const log = sqliteBackplane(database, { pollMs: false, ...options });
    cleanups.push(async () => {
      await log.close();
      database.close();
    });
    return log;
  }

  test("goes on where it was after a restart: ids, idempotency keys, and what was let go", async () => {
    const file = newFile();
    const options = { replay: { maxEvents: 3 } };
    const before = open(file, options);
    const start = await before.head();
    for (let n = 1; n <= 5; n++) await before.publish(message(`${n}`), { idempotencyKey: `k${n}` });
    await before.close();
    const after = open(file, options);
    expect(await after.head()).toEqual({ ...start, offset: 5 });
    expect(await after.publish(message("5"), { idempotencyKey: "k5" })).toEqual({ ...start, offset: 5 });
    expect((await after.publish(message("6"))).offset).toBe(6);
    expect(await after.replay(start, ["a"], 10_000)).toMatchObject({ gap: "expired", from: { offset: 3 } });
    const page = await after.replay({ ...start, offset: 4 }, ["a"], 10_000);
    expect([page.gap, page.frames.map(({ offset }) => offset)]).toEqual([undefined, [5, 6]]);
  });

  test("has every event that was acknowledged before the process was killed", async () => {
    const file = newFile();
    const writer = fileURLToPath(new URL("../support/sqlite-writer.ts", import.meta.url));
    const child = spawn(process.execPath, ["--conditions=@sse/source", writer, file]);
    cleanups.push(() => child.kill("SIGKILL"));
    let said = "";
    child.stdout.on("data", (chunk) => {
      said += chunk;
    });
    await eventually(() => said.split("\n").length > 50, 20_000);
    child.kill("SIGKILL");
    await once(child, "close");
    const ids = said.split("\n").slice(0, -1);
    const log = open(file);
    const head = await log.head();
    expect(ids[0]).toBe(`${head.epoch}.1`);
    expect(head.offset).toBeGreaterThanOrEqual(ids.length);
    const found: string[] = [];
    for (let at = 0; at < head.offset; ) {
      const page = await log.replay({ ...head, offset: at }, ["a"], 100_000);
      expect(page.gap).toBeUndefined();
      found.push(...page.frames.map(({ epoch, offset }) => `${epoch}.${offset}`));
      at = page.upTo.offset;
    }
    expect(found.slice(0, ids.length)).toEqual(ids);
    expect(await log.publish(message("next"))).toEqual({ ...head, offset: head.offset + 1 });
  });

  test("waits while another process writes, and rejects when that takes too long", async () => {
    const file = newFile();
    const [hasty, patient] = [open(file, { publishTimeoutMs: 300 }), open(file)];
    const other = new DatabaseSync(file);
    cleanups.push(() => other.close());
    other.exec("BEGIN IMMEDIATE");
    const waiting = patient.publish(message("waits"));
    await expect(hasty.publish(message("late"))).rejects.toMatchObject({
      code: "backplane",
      uncertain: false,
    });
    other.exec("ROLLBACK");
    expect((await waiting).offset).toBe(1);
  });

  test("delivers what was published in one turn, though it is more than the log keeps", async () => {
    const log = open(newFile(), { replay: { maxEvents: 4 } });
    const observer = await LogObserver.on(log);
    await Promise.all(Array.from({ length: 20 }, (_, n) => log.publish(message(`${n}`))));
    expect([observer.heard.length, observer.resets, observer.faults]).toEqual([20, [], []]);
  });

  test("keeps the age limit, though nothing is published", async () => {
    const log = open(newFile(), { replay: { maxAgeMs: 30 }, pollMs: 5 });
    const { epoch } = await log.publish(message("1"));
    const start = { epoch, offset: 0 };
    await expect.poll(async () => (await log.replay(start, ["a"], 1000)).gap).toBe("expired");
    expect((await log.publish(message("2"))).offset).toBe(2);
  });

  test("a file that cannot be read any more is told of once, and not at every look", async () => {
    const errors: unknown[] = [];
    const database = new DatabaseSync(newFile());
    const log = sqliteBackplane(database, { pollMs: 5, onError: (error) => errors.push(error) });
    cleanups.push(() => log.close());
    await log.publish(message("1"));
    database.close();
    await eventually(() => errors.length > 0);
    await expect(log.publish(message("2"))).rejects.toMatchObject({ code: "backplane", uncertain: false });
    await expect(log.head()).rejects.toMatchObject({ code: "backplane" });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(errors).toHaveLength(1);
  });

  test("a row that no hub wrote is told, and holds up nobody", async () => {
    const errors: unknown[] = [];
    const file = newFile();
    const log = open(file, { pollMs: 5, onError: (error) => errors.push(error) });
    const observer = await LogObserver.on(log);
    const { epoch } = await log.publish(message("1"));
    const other = new DatabaseSync(file);
    cleanups.push(() => other.close());
    other.exec(`BEGIN; INSERT INTO sse_sse_log VALUES (2, 1, 'junk', '', x'00');
      UPDATE sse_sse_state SET head = 2; COMMIT`);
    await log.publish(message("2"));
    await eventually(() => observer.heard.length === 3);
    expect([observer.faults, observer.resets, errors.length]).toEqual([[], [], 1]);
    expect((await log.replay({ epoch, offset: 0 }, ["a"], 1000)).frames).toHaveLength(2);
  });

  test("a file that it cannot be opened on is left without a lock", () => {
    const file = newFile();
    const broken = new DatabaseSync(file);
    broken.exec("CREATE TABLE sse_sse_state (id INTEGER PRIMARY KEY)"); // somebody else's
    expect(() => sqliteBackplane(broken)).toThrow("sse_sse_state");
    const other = new DatabaseSync(file);
    cleanups.push(
      () => broken.close(),
      () => other.close(),
    );
    other.exec("BEGIN IMMEDIATE; ROLLBACK");
  });
});
