import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { Example } from "./support/example.ts";

const NAMES = ["clock", "add", "welcome", "progress", "journal"] as const;
const MAX_LINES = 30;
const MAX_COLUMNS = 110;

function linesOf(path: string): readonly string[] {
  return readFileSync(new URL(`../${path}`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n");
}

test.for(NAMES)("%s is a server and a page of thirty readable lines each", (name) => {
  const server = linesOf(`${name}/server.ts`);
  const page = [...linesOf(`${name}/page.html`), ...linesOf(`${name}/page.ts`)];
  expect(server.length).toBeLessThanOrEqual(MAX_LINES);
  expect(page.length).toBeLessThanOrEqual(MAX_LINES);
  for (const line of [...server, ...page]) expect(line.length, line).toBeLessThanOrEqual(MAX_COLUMNS);
});

test.for(NAMES)("%s is started by one command, which the README names", (name) => {
  expect(packageJson.scripts[name]).toBe(`node --conditions=@sse/source ${name}/server.ts`);
  expect(linesOf("README.md").join("\n")).toContain(`npm run example ${name}`);
});

test.for(NAMES)("%s ends at Ctrl-C, with a stream open", async (name) => {
  await using example = await Example.start(name);
  const { body } = await fetch(example.events);
  const reader = body!.getReader();
  await reader.read();
  expect(await example.stop()).toBe("SIGINT");
  await reader.cancel().catch(() => {}); // the cut stream is not what is tested
});
