import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { reporters, shared } from "../../vitest.shared.ts";

// The Node door over TLS needs a certificate. Where nothing makes one, the summary of the test run says so.
const notRun = new URL(".vitest/not-run.json", import.meta.url);
if (hasOpenssl()) {
  rmSync(notRun, { force: true });
} else {
  const missing = {
    what: "@sse/server/node over TLS",
    why: "no openssl was found",
    enable: "apt-get install -y openssl",
  };
  mkdirSync(new URL(".", notRun), { recursive: true });
  writeFileSync(notRun, `${JSON.stringify([missing])}\n`);
}

function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

export default defineConfig({
  ...shared,
  test: {
    reporters,
    include: ["{src,test}/**/*.test.ts"],
    typecheck: { enabled: true, include: ["{src,test}/**/*.test-d.ts"], tsconfig: "./tsconfig.test.json" },
  },
});
