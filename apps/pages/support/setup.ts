import { mkdirSync, writeFileSync } from "node:fs";
import { chromium } from "playwright-core";
import type { TestProject } from "vitest/node";
import { chromiumArgs, chromiumPath } from "../../../scripts/chromium.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the one Chromium of the run takes orders; undefined when there is none. */
    chromium: string | undefined;
  }
}

const MISSING = {
  what: "the client in pages: bfcache, freezing, workers, and EventSource beside the browser's own",
  why: "no Chromium was found",
  enable: "apt-get install -y chromium",
};

/** Starts one Chromium for all tests, or says what this machine leaves out. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const executablePath = chromiumPath();
  mkdirSync(".vitest", { recursive: true });
  writeFileSync(".vitest/not-run.json", JSON.stringify(executablePath === undefined ? [MISSING] : []));
  if (executablePath === undefined) {
    project.provide("chromium", undefined);
    return undefined;
  }
  const browser = await chromium.launchServer({
    executablePath,
    args: [...chromiumArgs, "--enable-features=BackForwardCache"],
    // Playwright switches the back/forward cache off.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
  project.provide("chromium", browser.wsEndpoint());
  return () => browser.close();
}
