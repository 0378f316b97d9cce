import { type Browser, launch } from "puppeteer-core";
import { chromiumArgs, chromiumPath } from "../../../scripts/chromium.ts";
import { firefoxPath } from "../../../scripts/firefox.ts";

/** A browser that the tests drive, where the machine has it. */
export interface TestBrowser {
  readonly name: string;
  readonly path: string | undefined;
  readonly enable: string;
  start(): Promise<Browser>;
}

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
  path: firefoxPath(),
  enable: "apt-get install -y firefox-esr",
  start: () => launch({ browser: "firefox", executablePath: firefoxPath() ?? "", headless: true }),
};
