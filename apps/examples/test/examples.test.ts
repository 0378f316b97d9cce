import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import { Example } from "./support/example.ts";

const NAMES = ["clock", "add", "welcome", "progress", "journal"] as const;
const MAX_LINES = 30;
const MAX_COLUMNS = 110;

function linesOf(path: string): readonly string[] {
  return readFileSync(new URL(`../${path}`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n");
}

async function run(name: string, env: NodeJS.ProcessEnv = {}): Promise<{ status: unknown; stderr: string }> {
  const main = fileURLToPath(new URL("../main.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@sse/source", main, name], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const [status] = await once(child, "close");
  return { status, stderr };
}

test.for(NAMES)("%s is a server and a page of thirty readable lines each", (name) => {
  const server = linesOf(`${name}/server.ts`);
  const page = [...linesOf(`${name}/page.html`), ...linesOf(`${name}/page.ts`)];
  expect(server.length).toBeLessThanOrEqual(MAX_LINES);
  expect(page.length).toBeLessThanOrEqual(MAX_LINES);
  for (const line of [...server, ...page]) expect(line.length, line).toBeLessThanOrEqual(MAX_COLUMNS);
});

test.for(NAMES)("%s is started by one command, which the README names", async (name) => {
  await using example = await Example.start(name);
  expect((await fetch(example.url)).status).toBe(200);
  expect(packageJson.scripts.example).toMatch(/ apps\/examples\/main\.ts$/);
  expect(linesOf("README.md").join("\n")).toContain(`npm run example ${name}`);
});

test.for([
  ["", "Which example? There are: "],
  ["nonsense", 'There is no example "nonsense". There are: '],
])("the name %j is answered with those that there are", async ([name = "", answer]) => {
  const { status, stderr } = await run(name);
  expect(status).toBe(1);
  expect(stderr).toContain(answer);
  for (const one of NAMES) expect(stderr).toContain(`npm run example ${one}`);
});

test("a port that is taken is named, and what to do", async () => {
  await using example = await Example.start("clock");
  const { status, stderr } = await run("clock", { PORT: example.port });
  expect(status).toBe(1);
  expect(stderr).toBe(`Port ${example.port} is taken: choose another with PORT=… in front.\n`);
});

test.for(NAMES)("%s ends at Ctrl-C, with a stream open", async (name) => {
  await using example = await Example.start(name);
  const { body } = await fetch(example.events);
  const reader = body!.getReader();
  await reader.read();
  expect(await example.stop()).toBe("SIGINT");
  await reader.cancel().catch(() => {}); // the cut stream is not what is tested
});
