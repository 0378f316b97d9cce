import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HashJob, type JobProgress } from "../src/server/job/hash-job.ts";
import { Rate } from "../src/server/job/rate.ts";

let root: string;
let directory: string;
const FILES = { "a.txt": "hello", "empty.txt": "", "deep/b.bin": "x".repeat(300_000), "deep/ü.txt": "ü" };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "demo-job-"));
  directory = join(root, "state");
  mkdirSync(directory);
  mkdirSync(join(root, "packages/deep"), { recursive: true });
  for (const [path, text] of Object.entries(FILES)) writeFileSync(join(root, "packages", path), text);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A job with what it said, and a way to wait until it says something. */
function jobOf(): {
  job: HashJob;
  states: JobProgress[];
  until: (is: (state: JobProgress) => boolean) => Promise<JobProgress>;
} {
  const states: JobProgress[] = [];
  const waiting = new Set<() => void>();
  const job = new HashJob({
    root,
    directory,
    onState: (state) => {
      states.push(state);
      for (const check of waiting) check();
    },
  });
  const until = (is: (state: JobProgress) => boolean): Promise<JobProgress> =>
    new Promise((resolve) => {
      const check = (): void => {
        const found = states.find(is);
        if (found === undefined) return;
        waiting.delete(check);
        resolve(found);
      };
      waiting.add(check);
      check();
    });
  return { job, states, until };
}

function expected(): string[] {
  return Object.entries(FILES)
    .map(([path, text]) => `${createHash("sha256").update(text).digest("hex")}  ${path}`)
    .sort();
}

test("writes the digest of every file, as sha256sum would", async () => {
  const { job, states, until } = jobOf();
  expect(job.start("packages", null)).toBe(true);
  const done = await until(({ status }) => status === "done");
  expect(readFileSync(job.output, "utf8").trimEnd().split("\n").sort()).toEqual(expected());
  expect(done.files).toEqual({ done: 4, total: 4 });
  expect(done.bytes).toEqual({ done: 300_007, total: 300_007 });
  const bytes = states.map((state) => state.bytes.done);
  expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
});

test("there is one job at a time", async () => {
  const { job, until } = jobOf();
  job.start("packages", null);
  expect(job.start("packages", null)).toBe(false);
  await until(({ status }) => status === "done");
  expect(job.start("packages", null)).toBe(true);
  await job.cancel();
  expect(job.state.status).toBe("cancelled");
});

test("another process goes on with the files that are not done, and drops a line that was half written", async () => {
  const first = jobOf();
  first.job.start("packages", null);
  await first.until(({ status }) => status === "done");
  const lines = readFileSync(first.job.output, "utf8").split("\n");
  writeFileSync(first.job.output, `${lines[0]}\n${lines[1]?.slice(0, 30)}`);
  const note = JSON.parse(readFileSync(join(directory, "job.json"), "utf8"));
  writeFileSync(join(directory, "job.json"), JSON.stringify({ ...note, status: "running" }));

  const second = jobOf();
  second.job.resume();
  const done = await second.until(({ status }) => status === "done");
  expect(done.resumed).toBe(1);
  expect(readFileSync(second.job.output, "utf8").trimEnd().split("\n").sort()).toEqual(expected());
});

test("a folder that is not there is a failure that says so", async () => {
  const { job, until } = jobOf();
  job.start(".git", null);
  const failed = await until(({ status }) => status === "failed");
  expect(failed.error).toContain("ENOENT");
});

test("a pace is kept", async () => {
  writeFileSync(join(root, "packages/big.bin"), Buffer.alloc(10_000_000));
  const { job, until } = jobOf();
  const began = performance.now();
  job.start("packages", 25);
  await until(({ status }) => status === "done");
  expect(performance.now() - began).toBeGreaterThan(390);
});

test("a rate is over the last three seconds", () => {
  const rate = new Rate();
  expect(rate.at(0, 0)).toBe(0);
  expect(rate.at(1000, 500)).toBe(500);
  for (let at = 2000; at <= 10_000; at += 1000) rate.at(at, 500 + (at - 1000) * 2);
  expect(rate.at(11_000, 20_500)).toBeCloseTo(2000);
});
