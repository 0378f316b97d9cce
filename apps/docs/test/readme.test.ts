import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../../scripts/free-port.ts";
import { type Snippet, snippetsOf } from "../src/snippets.ts";

const run = promisify(execFile);
const here = fileURLToPath(new URL("..", import.meta.url));
const root = join(here, "../..");
// Inside the package, so that the files find the workspace's packages as a user's files find installed ones; of this run
// alone, since another one at the same time has another port in them.
const folder = join(here, ".snippets", randomUUID());

/** What the compiler has to say of these files; "" is nothing. */
async function compile(files: readonly string[]): Promise<string> {
  const config = join(folder, "tsconfig.json");
  await writeFile(config, JSON.stringify({ extends: "../../tsconfig.json", files, include: [] }));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = await run(process.execPath, [tsc, "-p", config]).catch((error) => error);
  return stdout;
}

function start(file: string): ChildProcess & { output: string } {
  const args = ["--conditions=@sse/source", join(folder, file)];
  const child = Object.assign(spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] }), {
    output: "",
  });
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    child.output += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    child.output += text;
  });
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, "exit");
}

describe("the README's code", () => {
  let snippets: readonly Snippet[];
  let port: number;

  beforeAll(async () => {
    snippets = snippetsOf("README.md", await readFile(join(root, "README.md"), "utf8"));
    port = await freePort();
    for (const { file, code } of snippets) {
      const path = join(folder, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, code.replaceAll("3000", String(port)));
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("is a contract, a server and a client in at most 25 lines", () => {
    const first = snippets.slice(0, 3);
    expect(first.map(({ file }) => file)).toEqual(["contract.ts", "server.ts", "client.ts"]);
    const lines = first.flatMap(({ code }) => code.trimEnd().split("\n")).filter((line) => line !== "");
    expect(lines.length).toBeLessThanOrEqual(25);
  });

  it("compiles, all of it", async () => {
    expect(await compile(snippets.map(({ file }) => file))).toBe("");
  });

  it("does not compile with a property misspelt, as it says", async () => {
    const server = snippets.find(({ file }) => file === "server.ts") as Snippet;
    await writeFile(join(folder, "misspelt.ts"), server.code.replace("price:", "prise:"));
    expect(await compile(["misspelt.ts"])).toContain("'prise' does not exist in type");
  });

  it("shows a price a second, also after the server was restarted", async () => {
    let server = start("server.ts");
    const client = start("client.ts");
    try {
      const prices = (): number => client.output.match(/^ACME \d+\.\d\d$/gm)?.length ?? 0;
      await expect.poll(prices).toBeGreaterThanOrEqual(2);
      await stop(server);
      const before = prices();
      server = start("server.ts");
      await expect.poll(prices).toBeGreaterThanOrEqual(before + 2);
      expect(client.output.replaceAll(/^ACME \d+\.\d\d\n/gm, "")).toBe("");
    } finally {
      await Promise.all([stop(server), stop(client)]);
    }
  });
});

it.each(["protocol", "server", "client"])(
  "the README of packages/%s shows what is run elsewhere",
  async (name) => {
    const tested = await Promise.all(
      ["README.md", "docs/guides/protocol.md"].map((page) => readFile(join(root, page), "utf8")),
    );
    const codes = tested.flatMap((page) => snippetsOf("page", page).map(({ code }) => code));
    const page = `packages/${name}/README.md`;
    const shown = snippetsOf(page, await readFile(join(root, page), "utf8"));
    expect(shown.length).toBeGreaterThan(0);
    for (const { file, code } of shown) expect(codes, `${page}: ${file}`).toContain(code);
  },
);
