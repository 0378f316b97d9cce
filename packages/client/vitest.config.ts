import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";
import { chromiumArgs, chromiumPath } from "../../scripts/chromium.ts";
import { patience, reporters, shared } from "../../vitest.shared.ts";

// The same files run everywhere, except those that are about a page, or about a server-side runtime.
const include = ["{src,test}/**/*.test.ts"];
const inPage = { include, exclude: ["**/*.node.test.ts"] };
const globalSetup = ["./test/server/script-server.ts"];
const executablePath = chromiumPath();

const projects: TestProjectConfiguration[] = [
  {
    extends: true,
    test: {
      name: "node",
      environment: "node",
      include,
      exclude: ["**/*.dom.test.ts"],
      globalSetup,
      typecheck: { enabled: true, include: ["{src,test}/**/*.test-d.ts"], tsconfig: "./tsconfig.test.json" },
    },
  },
  {
    extends: true,
    test: {
      name: "happy-dom",
      environment: "happy-dom",
      ...inPage,
      // It has no Web Locks, without which nothing is shared.
      exclude: [...inPage.exclude, "src/share/share.test.ts"],
      globalSetup,
      setupFiles: ["./test/server/quiet.ts"],
    },
  },
];

// The same files in a real browser. Where there is none, the summary of the test run says so.
const notRun = new URL(".vitest/not-run.json", import.meta.url);
if (executablePath === undefined) {
  const missing = {
    what: "@sse/client in Chromium",
    why: "no Chromium was found",
    enable: "apt-get install -y chromium",
  };
  mkdirSync(new URL(".", notRun), { recursive: true });
  writeFileSync(notRun, `${JSON.stringify([missing])}\n`);
} else {
  rmSync(notRun, { force: true });
  const launchOptions = { executablePath, args: [...chromiumArgs] };
  projects.push({
    extends: true,
    test: {
      name: "chromium",
      ...inPage,
      globalSetup,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions }),
        instances: [{ browser: "chromium" }],
      },
    },
  });
}

export default defineConfig({
  ...shared,
  test: {
    reporters,
    ...patience,
    projects,
    // happy-dom's fetch closes a body once more when the response was dropped in the same moment, and nobody can catch
    // that. Only that error, and only from there.
    onUnhandledError: (error) =>
      !(/Controller is already closed/.test(error.message ?? "") && /happy-dom/.test(error.stack ?? "")),
  },
});
