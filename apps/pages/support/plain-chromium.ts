import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { chromiumArgs, chromiumPath } from "../../../scripts/chromium.ts";

/**
 * A Chromium whose tabs are as a user's: in front or hidden, awake or frozen. In one that Playwright starts, every
 * page believes that it is in front.
 */
export class PlainChromium implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #browser: Browser;

  private constructor(process: ChildProcess, folder: string, browser: Browser) {
    this.#process = process;
    this.#folder = folder;
    this.#browser = browser;
  }

  static async start(): Promise<PlainChromium> {
    const folder = mkdtempSync(join(tmpdir(), "sse-pages-"));
    const args = [...chromiumArgs, "--headless", "--remote-debugging-port=0", `--user-data-dir=${folder}`];
    const process = spawn(chromiumPath() ?? "", [...args, "about:blank"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const endpoint = await devToolsOf(process);
    const browser = await chromium.connectOverCDP(endpoint, { noDefaults: true });
    return new PlainChromium(process, folder, browser);
  }

  async openTab(): Promise<Page> {
    const [profile] = this.#browser.contexts();
    const tab = await profile!.newPage();
    tab.setDefaultTimeout(10_000);
    return tab;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#process, "exit");
    await this.#browser.close();
    this.#process.kill();
    await gone;
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Where it takes orders, which it says on its standard error. */
function devToolsOf(process: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let said = "";
  process.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    const found = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
    if (found !== undefined) resolve(found);
  });
  process.once("exit", () => reject(new Error(`Chromium ended before it took orders: ${said}`)));
  return promise;
}
