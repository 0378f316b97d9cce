import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { defineConfig } from "vitest/config";
import { chromiumPath } from "../../scripts/chromium.ts";
import { reporters, shared } from "../../vitest.shared.ts";

const browser = chromiumPath() !== undefined;
const cluster = browser && ["redis-server", "nginx"].every(isHere);
const missing: object[] = [];
if (!browser) {
  missing.push({
    what: "the demo's page in a real browser (apps/demo/test/*.browser.test.ts)",
    why: "no Chromium was found",
    enable: "install Chromium (Debian: apt-get install chromium) or set CHROMIUM to its path",
  });
}
if (!cluster) {
  missing.push({
    what: "the demo over several processes (apps/demo/test/cluster.browser.test.ts)",
    why: "it needs Chromium, redis-server and nginx",
    enable: "apt-get install -y chromium redis-server nginx",
  });
}
const notRun = new URL(".vitest/not-run.json", import.meta.url);
rmSync(notRun, { force: true });
if (missing.length > 0) {
  mkdirSync(new URL(".", notRun), { recursive: true });
  writeFileSync(notRun, `${JSON.stringify(missing, null, 2)}\n`);
}

function isHere(program: string): boolean {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
  return folders.some((folder) => existsSync(join(folder, program)));
}

export default defineConfig({
  ...shared,
  test: {
    reporters,
    include: browser ? ["test/**/*.test.ts"] : ["test/**/!(*.browser).test.ts"],
    exclude: cluster ? [] : ["test/cluster.browser.test.ts"],
    // Each file starts a server process and some a browser: one at a time, on however few cores there are.
    fileParallelism: false,
    // These wait for what happens, never for a time; a busy machine may take long over twenty reconnections.
    testTimeout: 90_000,
    hookTimeout: 60_000,
  },
});
