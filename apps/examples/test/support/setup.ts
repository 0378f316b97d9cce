import { mkdirSync, writeFileSync } from "node:fs";
import { chromium } from "playwright-core";
import type { TestProject } from "vitest/node";
import { chromiumArgs } from "../../../../scripts/chromium.ts";
import { installed } from "./installed.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the one Chromium of the run takes orders; undefined when there is none. */
    chromium: string | undefined;
  }
}

/** Says which tests this machine leaves out, and starts one Chromium for all of them. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  mkdirSync(".vitest", { recursive: true });
  writeFileSync(".vitest/not-run.json", `${JSON.stringify(notRun(), undefined, 2)}\n`);
  if (installed.chromium === undefined) {
    project.provide("chromium", undefined);
    return undefined;
  }
  const browser = await chromium.launchServer({
    executablePath: installed.chromium,
    args: [...chromiumArgs],
  });
  project.provide("chromium", browser.wsEndpoint());
  return () => browser.close();
}

function notRun(): readonly { readonly what: string; readonly why: string; readonly enable: string }[] {
  return Object.entries(installed)
    .filter(([, path]) => path === undefined)
    .map(([program]) => ({
      what: `the examples with ${program}`,
      why: `${program} was not found on this machine`,
      enable: `apt-get install --no-install-recommends ${program}`,
    }));
}
