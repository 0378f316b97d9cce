import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { programs } from "../runners/programs.ts";

// One that is not there is named in the summary of the run: vitest.config.ts.
const { bun, deno } = programs;
const server = join(import.meta.dirname, "../../../packages/server");
const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");

test.skipIf(bun.path === undefined)(
  "bun:sqlite passes the suite of backplanes",
  async () => {
    const file = join(import.meta.dirname, "bun-sqlite.ts");
    const { status, output } = await run(bun.path, ["test", "--conditions=@sse/source", file]);
    expect(output).toMatch(/\b2\d pass\n/);
    expect({ status, output }).toEqual({ status: 0, output });
  },
  120_000,
);

test.skipIf(deno.path === undefined)(
  "Deno's node:sqlite passes it, too",
  async () => {
    const file = "test/backplanes/sqlite.test.ts";
    // Its worker threads lack a call that vitest ends them with.
    const options = ["--pool=forks", "--typecheck.enabled=false", "--reporter=dot"];
    const { status, output } = await run(deno.path, ["run", "-A", vitest, "run", file, ...options]);
    expect(output).toMatch(/Tests +3\d passed \(3\d\)/);
    expect({ status, output }).toEqual({ status: 0, output });
  },
  120_000,
);

async function run(program = "", args: readonly string[]): Promise<{ status: number; output: string }> {
  const child = spawn(program, args, {
    cwd: server,
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number>((resolve) => child.once("close", (status) => resolve(status ?? 1)));
  const output = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { status: await ended, output: output.join("") };
}
