import { mkdirSync, writeFileSync } from "node:fs";
import { installed } from "./installed.ts";

const NPM: ReadonlySet<string> = new Set(["bun", "deno", "workerd"]);
const DEBIAN: Readonly<Record<string, string>> = { nats: "nats-server", redis: "redis-server" };

/** Says which tests this machine leaves out. */
export default function setup(): void {
  mkdirSync(".vitest", { recursive: true });
  const missing = Object.entries(installed).filter(([, path]) => path === undefined);
  const notRun = missing.map(([program]) => ({
    what: `what the documentation says of ${program}`,
    why: `${program} was not found on this machine`,
    enable: NPM.has(program)
      ? "its npm package is for Linux on x64"
      : `apt-get install --no-install-recommends ${DEBIAN[program] ?? program}`,
  }));
  writeFileSync(".vitest/not-run.json", `${JSON.stringify(notRun, undefined, 2)}\n`);
}
