import { type Browser, launch, type Page } from "puppeteer-core";
import { programs } from "./programs.ts";
import { within } from "./within.ts";

const START_MS = 60_000;
const STEP_MS = 30_000;
const CLOSE_MS = 5_000;

/** Firefox without a window, driven by WebDriver BiDi. */
export class Firefox implements AsyncDisposable {
  readonly #browser: Browser;
  #page: Page | undefined;

  static async start(): Promise<Firefox> {
    const executablePath = programs.firefox.path ?? "firefox";
    return new Firefox(
      await launch({ browser: "firefox", executablePath, headless: true, timeout: START_MS }),
    );
  }

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Opens the address in a new page, in place of the one before: all of them share an origin's six connections. */
  async open(url: string): Promise<void> {
    const before = this.#page;
    const page = await within(STEP_MS, "a new page of Firefox", this.#browser.newPage());
    this.#page = page;
    if (before !== undefined) await within(STEP_MS, "closing a page of Firefox", before.close());
    await page.goto(url, { timeout: STEP_MS });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const process = this.#browser.process();
    await within(CLOSE_MS, "closing Firefox", this.#browser.close()).catch(() => process?.kill("SIGKILL"));
  }
}
