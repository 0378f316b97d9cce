import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../../../scripts/free-port.ts";
import { miniBrowser, programs } from "./programs.ts";
import { Running } from "./running.ts";

const STEP_MS = 30_000;

/** WebKitGTK on a display of its own, driven by WebDriver. */
export class WebKit implements AsyncDisposable {
  readonly #display: Running = new Running();
  readonly #driver: Running = new Running();
  #address = "";
  #session = "";

  static async start(): Promise<WebKit> {
    const browser = new WebKit();
    try {
      await browser.#start();
      return browser;
    } catch (error) {
      await browser[Symbol.asyncDispose]();
      throw error;
    }
  }

  async open(url: string): Promise<void> {
    await this.#call("POST", `${this.#session}/url`, { url });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#session !== "") await this.#call("DELETE", this.#session).catch(() => {});
    await this.#driver[Symbol.asyncDispose]();
    await this.#display[Symbol.asyncDispose]();
  }

  async #start(): Promise<void> {
    this.#display.start("Xvfb", ["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"]);
    const [, display] = await this.#display.wrote(/^(\d+)$/m);
    const port = await freePort();
    this.#address = `http://127.0.0.1:${port}`;
    const home = this.#driver.folder;
    this.#driver.start(programs.webkit.path ?? "WebKitWebDriver", ["--host=127.0.0.1", `--port=${port}`], {
      ...{
        DISPLAY: `:${display}`,
        HOME: home,
        XDG_CACHE_HOME: home,
        XDG_DATA_HOME: home,
        XDG_RUNTIME_DIR: home,
      },
      ...{ GDK_BACKEND: "x11", LIBGL_ALWAYS_SOFTWARE: "1", NO_AT_BRIDGE: "1" },
    });
    await this.#answering();
    const options = { binary: miniBrowser, args: ["--automation"] };
    const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": options } };
    const { sessionId } = await this.#call("POST", "/session", { capabilities });
    this.#session = `/session/${sessionId}`;
  }

  async #answering(): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await this.#call("GET", "/status");
        return;
      } catch (error) {
        if (tries === 100) throw error;
        await wait(100);
      }
    }
  }

  async #call(method: string, path: string, body?: unknown): Promise<{ readonly sessionId?: string }> {
    const response = await fetch(this.#address + path, {
      method,
      signal: AbortSignal.timeout(STEP_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { value } = (await response.json()) as { readonly value: { readonly sessionId?: string } };
    if (!response.ok) throw new Error(`WebDriver: ${JSON.stringify(value)}`);
    return value;
  }
}
