import { existsSync } from "node:fs";
import { type Browser, launch } from "puppeteer-core";
import { chromiumArgs, chromiumPath } from "../../../scripts/chromium.ts";

/** A browser that the tests drive, where the machine has it. */
export interface TestBrowser {
  readonly name: string;
  readonly path: string | undefined;
  readonly enable: string;
  start(): Promise<Browser>;
}

const FIREFOX = [
  "/usr/bin/firefox-esr",
  "/usr/bin/firefox",
  "/Applications/Firefox.app/Contents/MacOS/firefox",
];
const firefoxPath = FIREFOX.find((path) => existsSync(path));

export const chromium: TestBrowser = {
  name: "Chromium",
  path: chromiumPath(),
  enable: "apt-get install -y chromium",
  start: () =>
    launch({
      browser: "chrome",
      executablePath: chromiumPath() ?? "",
      headless: true,
      args: [...chromiumArgs],
    }),
};

export const firefox: TestBrowser = {
  name: "Firefox",
  path: firefoxPath,
  enable: "apt-get install -y firefox-esr",
  start: () => launch({ browser: "firefox", executablePath: firefoxPath ?? "", headless: true }),
};
