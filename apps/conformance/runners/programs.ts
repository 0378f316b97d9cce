import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { otherNodes } from "runtimes";
import { chromiumPath } from "../../../scripts/chromium.ts";
import { firefoxPath } from "../../../scripts/firefox.ts";

const require = createRequire(import.meta.url);
const MINI_BROWSER = ["x86_64", "aarch64"].map(
  (machine) => `/usr/lib/${machine}-linux-gnu/webkit2gtk-4.1/MiniBrowser`,
);

/** Where WebKit's own small browser is. */
export const miniBrowser: string | undefined = MINI_BROWSER.find((path) => existsSync(path));

/** A program that the matrix needs: where it is, if it is there, and what to do if it is not. */
export interface Program {
  readonly path: string | undefined;
  readonly enable: string;
}

export type ProgramName =
  | "node22"
  | "node24"
  | "node26"
  | "deno"
  | "bun"
  | "workerd"
  | "chromium"
  | "firefox"
  | "webkit";

const NPM = "its npm package is for Linux on x64";

export const programs: Readonly<Record<ProgramName, Program>> = {
  node22: { path: otherNodes.find(({ name }) => name === "node22")?.path, enable: NPM },
  node24: { path: otherNodes.find(({ name }) => name === "node24")?.path, enable: NPM },
  // The tests themselves run on it: `npm test` uses the pinned Node.
  node26: { path: process.version.startsWith("v26.") ? process.execPath : undefined, enable: "npm test" },
  deno: { path: installed("@deno/linux-x64-glibc/deno"), enable: NPM },
  bun: { path: installed("@oven/bun-linux-x64/bin/bun"), enable: NPM },
  workerd: { path: installed("@cloudflare/workerd-linux-64/bin/workerd"), enable: NPM },
  chromium: { path: chromiumPath(), enable: "apt-get install -y chromium" },
  firefox: { path: firefoxPath(), enable: "apt-get install -y firefox-esr" },
  webkit: { path: webkitDriver(), enable: "apt-get install -y webkit2gtk-driver xvfb" },
};

function webkitDriver(): string | undefined {
  return miniBrowser === undefined || onPath("Xvfb") === undefined ? undefined : onPath("WebKitWebDriver");
}

function onPath(program: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

function installed(path: string): string | undefined {
  try {
    return require.resolve(path);
  } catch {
    return undefined;
  }
}
