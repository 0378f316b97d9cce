import { mkdirSync, writeFileSync } from "node:fs";
import { installed } from "./installed.ts";

const PACKAGES: Readonly<Record<string, string>> = { bun: "npm", deno: "npm", workerd: "npm" };

/** Says which tests this machine leaves out. */
export default function setup(): void {
  mkdirSync(".vitest", { recursive: true });
  const missing = Object.entries(installed).filter(([, path]) => path === undefined);
  const notRun = missing.map(([program]) => ({
    what: `what the documentation says of ${program}`,
    why: `${program} was not found on this machine`,
    enable:
      PACKAGES[program] === undefined
        ? `apt-get install --no-install-recommends ${program}`
        : "its npm package is for Linux on x64",
  }));
  writeFileSync(".vitest/not-run.json", `${JSON.stringify(notRun, undefined, 2)}\n`);
}
