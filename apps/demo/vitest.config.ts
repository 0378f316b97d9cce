import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { chromiumPath } from "../../scripts/chromium.ts";
import { reporters, shared } from "../../vitest.shared.ts";

const browser = chromiumPath() !== undefined;
const notRun = new URL(".vitest/not-run.json", import.meta.url);
rmSync(notRun, { force: true });
if (!browser) {
  mkdirSync(new URL(".", notRun), { recursive: true });
  const missing = {
    what: "the demo's page in a real browser (apps/demo/test/*.browser.test.ts)",
    why: "no Chromium was found",
    enable: "install Chromium (Debian: apt-get install chromium) or set CHROMIUM to its path",
  };
  writeFileSync(notRun, `${JSON.stringify([missing], null, 2)}\n`);
}

export default defineConfig({
  ...shared,
  test: {
    reporters,
    include: browser ? ["test/**/*.test.ts"] : ["test/**/!(*.browser).test.ts"],
    // Each file starts a server process and some a browser: one at a time, on however few cores there are.
    fileParallelism: false,
    // These wait for what happens, never for a time; a busy machine may take long over twenty reconnections.
    testTimeout: 90_000,
    hookTimeout: 60_000,
  },
});
