import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { defineConfig } from "vitest/config";
import { patience, reporters, shared } from "../../vitest.shared.ts";

// Some tests need programs beside Node. Where one is missing, the summary of the test run says so.
const programs = [
  { program: "openssl", what: "@sse/server/node over TLS" },
  { program: "redis-server", what: "@sse/server/redis on a real Redis" },
  { program: "nats-server", what: "@sse/server/nats on a real NATS" },
];
const notRun = new URL(".vitest/not-run.json", import.meta.url);
const missing = programs
  .filter(({ program }) => !isInstalled(program))
  .map(({ program, what }) => ({
    what,
    why: `no ${program} was found`,
    enable: `apt-get install -y ${program}`,
  }));
if (missing.length === 0) {
  rmSync(notRun, { force: true });
} else {
  mkdirSync(new URL(".", notRun), { recursive: true });
  writeFileSync(notRun, `${JSON.stringify(missing)}\n`);
}

function isInstalled(program: string): boolean {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
  return folders.some((folder) => existsSync(join(folder, program)));
}

export default defineConfig({
  ...shared,
  test: {
    reporters,
    ...patience,
    include: ["{src,test}/**/*.test.ts"],
    typecheck: { enabled: true, include: ["{src,test}/**/*.test-d.ts"], tsconfig: "./tsconfig.test.json" },
  },
});
