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

/** Closes the browser; one that does not close in time is ended. */
export async function stop(browser: Browser): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(resolve, 10_000, "late");
  });
  const how = await Promise.race([browser.close(), late]);
  clearTimeout(timer);
  if (how === "late") browser.process()?.kill("SIGKILL");
}
